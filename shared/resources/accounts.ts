import { changesBetween } from '../audit/changes.ts'
import type { Change } from '../audit/rest-event.ts'
import { DEFAULT_ACCOUNT } from '../auth/account.ts'
import { uniqueness } from '../scim/error.ts'
import type { Attributes, Json } from '../scim/schema.ts'
import { putAccountChange, putNewAccount } from '../store/account-change.ts'
import { type Account, getAccount, getAccounts } from '../store/accounts.ts'
import { getIntegrations } from '../store/integrations.ts'
import { fenceNewAccount } from '../store/regions/new-account.ts'
import { ConditionsFailed } from '../store/transaction.ts'
import { type AccountChange, type AccountInput, accountChange, newAccount } from './account-input.ts'
import type { AdminContext } from './admin-context.ts'
import { requirePolicy } from './effective-policy.ts'
import { requireAccount } from './known-names.ts'
import { countOwned } from './owned-counts.ts'
import { parseInput } from './parse-input.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import type { OwnedCounts } from './say-owned.ts'
import { ownPolicyName, spreadPolicies } from './spread-policy.ts'

/** An account as lists show it. */
export interface AccountView {
  account: string
  /** Of the default account, which is always there, none until something is made in it. */
  createdAt?: string
  /** The network policy of its integrations that have none of their own. */
  networkPolicy?: string
  /** Whether users have a name (`snowflakeUserName`) apart from the one to sign in with. */
  separateUserNames: boolean
}

/** An account and how much is in it. */
export interface AccountDetails extends AccountView, OwnedCounts {
  integrations: readonly string[]
}

/** An account after a change, and the integrations whose tokens got it with that. */
export interface ChangedAccount extends AccountDetails {
  changes: readonly Change[]
  spreadTo: readonly string[]
}

/** Every account of the deployment, by name. */
export async function listAccountViews({ db, trail }: AdminContext): Promise<AccountView[]> {
  trail.about('ACCOUNT')
  const found = await getAccounts(db)
  const all = found.some(({ account }) => account === DEFAULT_ACCOUNT) ? found : [...found, none(DEFAULT_ACCOUNT)]
  return all.map(presentAccount).sort((one, other) => (one.account < other.account ? -1 : 1))
}

/** The context's account and what is in it. @throws {ScimError} 404 naming those there are. */
export async function describeAccount(context: AdminContext): Promise<AccountDetails> {
  return loadDetails(context, await requireSettings(context))
}

/** The settings of the context's account. @throws {ScimError} 404 naming those there are. */
export async function requireSettings({ db, account, trail }: AdminContext): Promise<Account> {
  await requireAccount({ db, account })
  trail.about('ACCOUNT', account, account)
  return (await getAccount(db, account)) ?? none(account)
}

/** Makes an account, with nothing in it. @throws {ScimError} 400 invalidValue; 409 uniqueness. */
export async function createAccount(context: AdminContext, input: AccountInput | Json): Promise<AccountView> {
  const { db, now, trail } = context
  const { name } = parseInput(newAccount, input)
  trail.about('ACCOUNT', name, name)
  await fenceNewAccount(db, name)
  const made: Account = { account: name, createdAt: now.toISOString(), version: 1 }
  const outcome = { status: 201, changes: changesBetween(undefined, toSettings(made)) }
  const put = trail.record(outcome, (event) => putNewAccount(db, made, event))
  await put.catch((error: unknown) => {
    if (error instanceof ConditionsFailed) throw uniqueness(`An account "${name}" exists: choose another name`)
    throw error
  })
  return presentAccount(made)
}

/**
 * Changes the settings of the context's account that are named; null takes one away. Then its integrations get their
 * copies, of its network policy those without one of their own, as `changePolicy` does it, and as there it can be asked
 * for again.
 * @throws {ScimError} 404, of the account or of the policy; 400 invalidValue.
 */
export async function changeAccount(context: AdminContext, input: AccountChange | Json): Promise<ChangedAccount> {
  const { db, account, now, trail } = context
  const { networkPolicy, separateUserNames } = parseInput(accountChange, input)
  const { after, changes } = await retryLostRaces(
    async () => {
      const before = await requireSettings(context)
      const policy = networkPolicy ? await requirePolicy(context, networkPolicy) : undefined
      const named = {
        ...(networkPolicy !== undefined && { networkPolicy: policy?.name }),
        ...(separateUserNames !== undefined && { separateUserNames: separateUserNames || undefined }),
      }
      const createdAt = before.createdAt ?? now.toISOString()
      const after: Account = { ...before, ...named, createdAt, version: before.version + 1 }
      const changes = changesBetween(toSettings(before), toSettings(after))
      if (changes.length === 0) return { after, changes }
      await trail.record({ status: 200, changes }, (event) => putAccountChange(db, after, policy, event))
      return { after, changes }
    },
    undefined,
    'account',
  )
  const isConcerned = (integration: Parameters<typeof ownPolicyName>[0]) =>
    separateUserNames !== undefined || ownPolicyName(integration) === undefined
  const spreadTo = db.isDryRun
    ? (await getIntegrations(db, account))
        .filter((one) => changes.length > 0 && isConcerned(one))
        .map(({ name }) => name)
    : await spreadPolicies(context, isConcerned)
  return { ...(await loadDetails(context, after)), changes, spreadTo }
}

async function loadDetails({ db, account }: AdminContext, settings: Account): Promise<AccountDetails> {
  const [integrations, counts] = await Promise.all([getIntegrations(db, account), countOwned(db, account)])
  return { ...presentAccount(settings), integrations: integrations.map(({ name }) => name), ...counts }
}

function presentAccount({ account, createdAt, networkPolicy, separateUserNames }: Account): AccountView {
  return {
    account,
    ...(createdAt && { createdAt }),
    ...(networkPolicy && { networkPolicy }),
    separateUserNames: separateUserNames ?? false,
  }
}

/** What is known of the default account before there is anything in it. */
const none = (account: string): Account => ({ account, version: 0 })

/** What an event compares. */
export function toSettings({ account, networkPolicy, separateUserNames }: Account): Attributes {
  return { account, ...(networkPolicy && { networkPolicy }), separateUserNames: separateUserNames ?? false }
}
