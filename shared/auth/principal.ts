import type { ClientKind } from '../scim/client-kind.ts'

export type Privilege = 'createUser' | 'createRole' | 'monitorUser' | 'monitorRole'

/** Who is calling: everything a SCIM Lambda knows of the client, all of it from the token record. */
export interface Principal {
  account: string
  integration: string
  /** The run-as role: owner of what this client creates. */
  role: string
  clientKind: ClientKind
  privileges: readonly Privilege[]
  endpointId: string
  syncPassword: boolean
  tokenId: string
  /** The instant the token stops working, in epoch milliseconds. */
  tokenExpiresAt: number
}
