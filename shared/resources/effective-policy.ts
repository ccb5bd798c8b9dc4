import { ensureAccountAction, getAccount } from '../store/accounts.ts'
import type { IntegrationPolicy } from '../store/integrations.ts'
import {
  attachNetworkPolicyAction,
  checkNetworkPolicyAction,
  getNetworkPolicy,
  type StoredPolicy,
  toApplied,
} from '../store/network-policies.ts'
import type { Actions } from '../store/transaction.ts'
import type { AdminContext } from './admin-context.ts'
import { noSuchNetworkPolicy } from './known-names.ts'

/** The policy that decides about an integration's callers. */
export interface Effective {
  /** The copy that integration and tokens get; none lets everybody in. */
  policy: IntegrationPolicy | undefined
  /** What must hold, in the transaction of whoever uses it, for the copy to be the current one. */
  actions: Actions
}

type Place = Pick<AdminContext, 'db' | 'account' | 'now'>

/** What an integration gets to which a policy is attached. @throws {ScimError} 404 naming those there are. */
export async function attachPolicy(place: Place, name: string): Promise<Effective> {
  const policy = await requirePolicy(place, name)
  return { policy: toApplied(policy), actions: { policy: attachNetworkPolicyAction(place.account, policy) } }
}

/** The copy that an integration has of its own policy, as it should be. @throws {ScimError} 404. */
export async function loadOwnPolicy(place: Place, name: string): Promise<Effective> {
  const policy = await requirePolicy(place, name)
  return { policy: toApplied(policy), actions: { policy: checkNetworkPolicyAction(place.account, policy) } }
}

/** What an integration gets that has no policy of its own: the account's. */
export async function loadInheritedPolicy(place: Place): Promise<Effective> {
  const { db, account, now } = place
  const name = (await getAccount(db, account))?.networkPolicy
  const isStill = { account: ensureAccountAction(account, now, name ?? null) }
  if (name === undefined) return { policy: undefined, actions: isStill }
  const policy = await requirePolicy(place, name)
  return {
    policy: { ...toApplied(policy), inherited: true },
    actions: { ...isStill, policy: checkNetworkPolicyAction(account, policy) },
  }
}

/** A policy of the account. @throws {ScimError} 404 naming those there are. */
export async function requirePolicy(place: Place, name: string): Promise<StoredPolicy> {
  const policy = await getNetworkPolicy(place.db, place.account, name)
  if (!policy) throw await noSuchNetworkPolicy(place, name)
  return policy
}
