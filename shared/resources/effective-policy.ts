import { getAccount } from '../store/accounts.ts'
import { getNetworkPolicy, type StoredPolicy } from '../store/network-policies.ts'
import type { PolicyUse } from '../store/policy-use.ts'
import type { AdminContext } from './admin-context.ts'
import { noSuchNetworkPolicy } from './known-names.ts'

type Place = Pick<AdminContext, 'db' | 'account'>

/** What an integration gets to which a policy is attached. @throws {ScimError} 404 naming those there are. */
export async function loadAttachedPolicy(place: Place, name: string): Promise<PolicyUse> {
  return { way: 'attached', policy: await requirePolicy(place, name) }
}

/** What an integration has to which a policy is attached already. @throws {ScimError} 404. */
export async function loadHeldPolicy(place: Place, name: string): Promise<PolicyUse> {
  return { way: 'held', policy: await requirePolicy(place, name) }
}

/** What an integration gets that has no policy of its own: the account's, if that has one. */
export async function loadInheritedPolicy(place: Place): Promise<PolicyUse> {
  const name = (await getAccount(place.db, place.account))?.networkPolicy
  return { way: 'inherited', policy: name === undefined ? undefined : await requirePolicy(place, name) }
}

/** A policy of the account. @throws {ScimError} 404 naming those there are. */
export async function requirePolicy(place: Place, name: string): Promise<StoredPolicy> {
  const policy = await getNetworkPolicy(place.db, place.account, name)
  if (!policy) throw await noSuchNetworkPolicy(place, name)
  return policy
}
