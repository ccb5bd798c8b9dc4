import type { Regions } from '../config.ts'

/** Who asks, and what they may count on. */
export interface WhoAmI {
  /** ARN. */
  principal: string
  account: string
  /** How long events are kept, in days. */
  retentionDays: number
  /** Of a deployment of several regions. */
  region?: WhichRegion
}

/** Which region answered, and which takes changes of the account: none while it is handed over. */
export interface WhichRegion extends Regions {
  primary?: string | undefined
}
