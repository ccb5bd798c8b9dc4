import type { Trail } from '../audit/trail.ts'
import type { Db } from '../store/client.ts'

/** What an admin operation needs besides its input: one clock reading and one actor per request. */
export interface AdminContext {
  db: Db
  account: string
  /** The caller's ARN, or another name for who asked. */
  actor: string
  now: Date
  /** One per operation: a change completes and stores it. */
  trail: Trail
}
