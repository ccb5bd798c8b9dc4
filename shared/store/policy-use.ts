import type { IntegrationPolicy } from '../auth/applied-policy.ts'
import { ensureAccountAction } from './accounts.ts'
import type { Integration } from './integrations.ts'
import {
  attachNetworkPolicyAction,
  checkNetworkPolicyAction,
  putNetworkPolicyAction,
  type StoredPolicy,
  toApplied,
} from './network-policies.ts'
import type { Action, Actions } from './transaction.ts'

/** How an integration comes by its network policy: it is attached to it, is so already, is made with it, or the account's. */
export type PolicyUse =
  | { way: 'attached' | 'held' | 'made'; policy: StoredPolicy }
  | { way: 'inherited'; policy: StoredPolicy | undefined }

/** The copy that integration and tokens get; none lets everybody in. */
export function toCopy({ way, policy }: PolicyUse): IntegrationPolicy | undefined {
  return policy && { ...toApplied(policy), ...(way === 'inherited' && { inherited: true as const }) }
}

/**
 * What must hold, in the transaction that stores an integration's copies of its policy and of the account's settings, for
 * these to be the current ones.
 */
export function copyActions(
  { account, separateUserNames = false }: Pick<Integration, 'account' | 'separateUserNames'>,
  { way, policy }: PolicyUse,
  now: Date,
): Actions {
  const inherited = way === 'inherited' && { policy: policy?.name ?? null }
  const isStill = { account: ensureAccountAction(account, now, { separateUserNames, ...inherited }) }
  return policy ? { ...isStill, policy: useAction(account, way, policy) } : isStill
}

function useAction(account: string, way: PolicyUse['way'], policy: StoredPolicy): Action {
  if (way === 'attached') return attachNetworkPolicyAction(account, policy)
  return way === 'made' ? putNetworkPolicyAction(account, policy) : checkNetworkPolicyAction(account, policy)
}
