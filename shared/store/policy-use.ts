import { ensureAccountAction } from './accounts.ts'
import type { IntegrationPolicy } from './integrations.ts'
import {
  attachNetworkPolicyAction,
  checkNetworkPolicyAction,
  putNetworkPolicyAction,
  type StoredPolicy,
  toApplied,
} from './network-policies.ts'
import type { Actions } from './transaction.ts'

/** How an integration comes by its network policy: it is attached to it, is so already, is made with it, or the account's. */
export type PolicyUse =
  | { way: 'attached' | 'held' | 'made'; policy: StoredPolicy }
  | { way: 'inherited'; policy: StoredPolicy | undefined }

/** The copy that integration and tokens get; none lets everybody in. */
export function toCopy({ way, policy }: PolicyUse): IntegrationPolicy | undefined {
  return policy && { ...toApplied(policy), ...(way === 'inherited' && { inherited: true as const }) }
}

/** What must hold, in the transaction that stores a copy, for it to be the current one. */
export function policyUseActions(account: string, { way, policy }: PolicyUse, now: Date): Actions {
  if (way === 'attached') return { policy: attachNetworkPolicyAction(account, policy) }
  if (way === 'made') return { policy: putNetworkPolicyAction(account, policy) }
  if (way === 'held') return { policy: checkNetworkPolicyAction(account, policy) }
  const isStill = { account: ensureAccountAction(account, now, policy?.name ?? null) }
  return policy ? { ...isStill, policy: checkNetworkPolicyAction(account, policy) } : isStill
}
