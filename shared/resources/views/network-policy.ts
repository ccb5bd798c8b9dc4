import type { Change } from '../../audit/rest-event.ts'
import type { PolicyMode } from '../../auth/applied-policy.ts'

/** A network policy as admins see it. */
export interface NetworkPolicyView {
  name: string
  mode: PolicyMode
  allowed: readonly string[]
  blocked: readonly string[]
  comment?: string
  /** Whether it is the account's, for integrations that have none of their own. */
  account: boolean
  /** Those it is attached to themselves. */
  integrations: readonly string[]
  /** Those that have not got it as it is now, since a change was interrupted: the same change again finishes it. */
  pending?: readonly string[]
  createdAt: string
  createdBy: string
}

/** A policy after a change, and the integrations whose tokens got it with that. */
export interface ChangedPolicy extends NetworkPolicyView {
  changes: readonly Change[]
  spreadTo: readonly string[]
}
