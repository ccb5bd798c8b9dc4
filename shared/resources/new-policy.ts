import type { NetworkPolicy } from '../auth/applied-policy.ts'
import { ScimError, uniqueness } from '../scim/error.ts'
import { getAccount } from '../store/accounts.ts'
import { getIntegrations } from '../store/integrations.ts'
import { getNetworkPolicy, type StoredPolicy } from '../store/network-policies.ts'
import type { PolicyUse } from '../store/policy-use.ts'
import type { AdminContext } from './admin-context.ts'
import { loadAttachedPolicy, loadInheritedPolicy } from './effective-policy.ts'

/** What a new integration says of its policy. */
interface Wanted {
  name: string
  mode?: 'orReplace' | 'ifNotExists' | undefined
  /** The name of one that is there, or the lists of one to be made. */
  networkPolicy?: string | NetworkPolicy | undefined
}

/**
 * The policy of a new integration: one that is named; one that is made of its lists, called like the integration; or else
 * the account's. An integration that replaces another replaces also the policy that was made so.
 * @throws {ScimError} 404; 409 uniqueness when there is a policy of the name that is not the integration's alone.
 */
export async function loadNewPolicy(context: AdminContext, wanted: Wanted): Promise<PolicyUse> {
  const { networkPolicy } = wanted
  if (networkPolicy === undefined) return loadInheritedPolicy(context)
  if (typeof networkPolicy === 'string') return loadAttachedPolicy(context, networkPolicy)
  const { actor, now } = context
  const before = await requireFree(context, wanted)
  const made = { name: wanted.name, mode: 'enforce' as const, ...networkPolicy }
  const born = { createdAt: now.toISOString(), createdBy: actor, version: 1 }
  const after: StoredPolicy = { ...made, ...born, ...(before && { version: before.version + 1 }) }
  return { way: 'made', policy: after }
}

async function requireFree({ db, account }: AdminContext, { name, mode }: Wanted): Promise<StoredPolicy | undefined> {
  const before = await getNetworkPolicy(db, account, name)
  if (!before) return undefined
  if (mode !== 'orReplace') {
    throw uniqueness(
      `A network policy "${name}" exists: attach it by its name instead of naming blocks, or choose another name`,
    )
  }
  const [all, settings] = await Promise.all([getIntegrations(db, account), getAccount(db, account)])
  const others = all.filter((one) => one.networkPolicy?.name === name && one.name !== name).map((one) => one.name)
  if (settings?.networkPolicy === name) others.push(`the account ${account}`)
  if (others.length === 0) return before
  const detail = `Cannot replace network policy "${name}": it is attached to ${others.join(', ')} too; change it by itself, or attach another one`
  throw new ScimError(409, undefined, detail)
}
