import { isDeepStrictEqual } from 'node:util'
import { changesBetween } from '../audit/changes.ts'
import { toLike } from '../auth/like.ts'
import { ScimError, uniqueness } from '../scim/error.ts'
import type { Attributes, Json } from '../scim/schema.ts'
import { type Account, getAccount } from '../store/accounts.ts'
import { getIntegrations, type Integration } from '../store/integrations.ts'
import { getNetworkPolicies, type StoredPolicy, toApplied } from '../store/network-policies.ts'
import { deletePolicy, putPolicy } from '../store/policy-change.ts'
import { ConditionsFailed } from '../store/transaction.ts'
import type { AdminContext } from './admin-context.ts'
import { requirePolicy } from './effective-policy.ts'
import { requireAccount } from './known-names.ts'
import { objectName } from './name-input.ts'
import {
  type NetworkPolicyChange,
  type NetworkPolicyInput,
  networkPolicyChange,
  newNetworkPolicy,
} from './network-policy-input.ts'
import { parseInput } from './parse-input.ts'
import { changeLists } from './policy-lists.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import { ownPolicyName, spreadPolicies } from './spread-policy.ts'
import type { ChangedPolicy, NetworkPolicyView } from './views/network-policy.ts'

/** What of an account knows its policies. */
interface Users {
  account: Account | undefined
  integrations: readonly Integration[]
}

/** The policies of the account by name, or those whose name is like a pattern. @throws {ScimError} 404. */
export async function listNetworkPolicies(
  context: AdminContext,
  { like = '%' }: { like?: string } = {},
): Promise<NetworkPolicyView[]> {
  const { db, account, trail } = context
  trail.about('NETWORK_POLICY')
  const [policies, users] = await Promise.all([getNetworkPolicies(db, account), loadUsers(context)])
  if (policies.length === 0) await requireAccount({ db, account })
  const isLike = toLike(like)
  return policies.filter(({ name }) => isLike(name)).map((policy) => presentPolicy(policy, users))
}

/** One policy and what it is attached to. @throws {ScimError} 404 naming those there are. */
export async function describeNetworkPolicy(context: AdminContext, name: string): Promise<NetworkPolicyView> {
  const [policy, users] = await Promise.all([requireNamed(context, name), loadUsers(context)])
  return presentPolicy(policy, users)
}

/** Makes a policy that is attached to nothing yet. @throws {ScimError} 400; 404 of the account; 409 uniqueness. */
export async function createNetworkPolicy(
  context: AdminContext,
  input: NetworkPolicyInput | Json,
): Promise<NetworkPolicyView> {
  const { db, account, actor, now, trail } = context
  const wanted = parseInput(newNetworkPolicy, input)
  trail.about('NETWORK_POLICY', wanted.name, wanted.name)
  await requireAccount({ db, account })
  const policy: StoredPolicy = { ...wanted, createdAt: now.toISOString(), createdBy: actor, version: 1 }
  const outcome = { status: 201, changes: changesBetween(undefined, toSettings(policy)) }
  await trail
    .record(outcome, (event) => putPolicy(db, account, policy, event))
    .catch((error: unknown) => {
      if (!(error instanceof ConditionsFailed)) throw error
      throw uniqueness(`A network policy "${wanted.name}" exists: choose another name`)
    })
  return presentPolicy(policy, { account: undefined, integrations: [] })
}

/**
 * Changes a policy, then the copies of all it decides for, integration by integration with its tokens. Interrupted it can
 * be asked for again, also where the policy itself is so already: then the copies that are not are made.
 * @throws {ScimError} 404; 400 invalidValue.
 */
export async function changePolicy(
  context: AdminContext,
  name: string,
  input: NetworkPolicyChange | Json,
): Promise<ChangedPolicy> {
  const { db, account, trail } = context
  const change = parseInput(networkPolicyChange, input)
  const { after, changes } = await retryLostRaces(
    async () => {
      const before = await requireNamed(context, name)
      const after = merge(before, change)
      const changes = changesBetween(toSettings(before), toSettings(after))
      if (changes.length === 0) return { after, changes }
      await trail.record({ status: 200, changes }, (event) => putPolicy(db, account, after, event))
      return { after, changes }
    },
    undefined,
    'network policy',
  )
  const users = await loadUsers(context)
  const concerned = (one: Integration) => isDecidedBy(after.name, one, users.account)
  if (db.isDryRun) {
    const spreadTo = changes.length > 0 ? users.integrations.filter(concerned).map((one) => one.name) : []
    return { ...presentPolicy(after, users, []), changes, spreadTo }
  }
  const spreadTo = await spreadPolicies(context, concerned)
  return { ...(await describeNetworkPolicy(context, after.name)), changes, spreadTo }
}

/** Takes a policy away that is attached to nothing. @throws {ScimError} 404; 409 naming what it is attached to. */
export async function dropPolicy(context: AdminContext, name: string): Promise<void> {
  const { db, account, trail } = context
  await retryLostRaces(
    async () => {
      const policy = await requireNamed(context, name)
      const users = await loadUsers(context)
      const holders = users.integrations.filter((one) => one.networkPolicy?.name === policy.name)
      const attached = holders.map((one) => `integration ${one.name}`)
      if (users.account?.networkPolicy === policy.name) attached.unshift(`account ${account}`)
      if (attached.length > 0) throw stillAttached(policy.name, attached)
      const outcome = { status: 204, changes: changesBetween(toSettings(policy), undefined) }
      await trail.record(outcome, (event) => deletePolicy(db, account, policy, event))
    },
    undefined,
    'network policy',
  )
}

const stillAttached = (name: string, attached: readonly string[]): ScimError =>
  new ScimError(
    409,
    undefined,
    `Cannot drop network policy "${name}": it is attached to ${attached.join(', ')}; attach another one there, or none, first`,
  )

async function requireNamed(context: AdminContext, name: string): Promise<StoredPolicy> {
  const policy = await requirePolicy(context, objectName.safeParse(name).data ?? name)
  context.trail.about('NETWORK_POLICY', policy.name, policy.name)
  return policy
}

async function loadUsers({ db, account }: AdminContext): Promise<Users> {
  const [settings, integrations] = await Promise.all([getAccount(db, account), getIntegrations(db, account)])
  return { account: settings, integrations }
}

/** Whether a policy decides about an integration's callers: its own one, or the account's where it has none. */
function isDecidedBy(name: string, integration: Integration, account: Account | undefined): boolean {
  if (ownPolicyName(integration) === name) return true
  const hasNone = integration.networkPolicy === undefined || integration.networkPolicy.inherited === true
  return hasNone && account?.networkPolicy === name
}

function merge(before: StoredPolicy, change: ReturnType<typeof networkPolicyChange.parse>): StoredPolicy {
  const { mode = before.mode, comment = before.comment } = change
  const lists = changeLists(before, change)
  return { ...before, mode, ...lists, comment: comment ?? undefined, version: before.version + 1 }
}

function presentPolicy(policy: StoredPolicy, { account, integrations }: Users, pending?: string[]): NetworkPolicyView {
  const { name, mode, allowed, blocked, comment, createdAt, createdBy } = policy
  const late = pending ?? integrations.filter((one) => isLate(one, policy, account)).map((one) => one.name)
  return {
    ...{ name, mode, allowed, blocked },
    ...(comment && { comment }),
    account: account?.networkPolicy === name,
    integrations: integrations.filter((one) => ownPolicyName(one) === name).map((one) => one.name),
    ...(late.length > 0 && { pending: late }),
    ...{ createdAt, createdBy },
  }
}

/** Whether an integration has another copy than it should have, or one that it should not. */
function isLate(integration: Integration, policy: StoredPolicy, account: Account | undefined): boolean {
  const { inherited: _, ...copy } = integration.networkPolicy ?? { mode: policy.mode }
  const isDecided = isDecidedBy(policy.name, integration, account)
  if (!isDecided) return integration.networkPolicy?.name === policy.name
  return !isDeepStrictEqual(copy, toApplied(policy))
}

/** What an event compares. */
function toSettings({ name, mode, allowed, blocked, comment }: StoredPolicy): Attributes {
  return { name, mode, allowed: [...allowed], blocked: [...blocked], ...(comment && { comment }) }
}
