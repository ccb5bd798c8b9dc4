import type { EventQuery } from '../audit/event-query.ts'
import type { RestEvent } from '../audit/rest-event.ts'
import { DEFAULT_ACCOUNT } from '../auth/account.ts'
import { ADMIN_OWNER } from '../auth/principal.ts'
import { DAY_MS } from '../auth/span.ts'
import { NoSuchAccount, notFound, type ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { getAccount, listAccounts } from '../store/accounts.ts'
import { listEvents } from '../store/events/query.ts'
import { getIntegrations } from '../store/integrations.ts'
import { getNetworkPolicies } from '../store/network-policies.ts'
import { getProvisioner, getProvisioners } from '../store/provisioners.ts'
import type { AdminContext } from './admin-context.ts'

type Place = Pick<AdminContext, 'db' | 'account'>

/** Names an error lists; an account has a handful of integrations and roles, a deployment may have many accounts. */
const MAX_NAMES = 20
/** How far actors are looked for, so that a mistyped one costs no more than a question of its own. */
const ACTOR_DAYS = 7
const ACTOR_EVENTS = 5000

/**
 * Refuses an account that is not there, so that a mistyped one does not look like an empty one. Asked where there is
 * nothing to answer, so that it costs nothing otherwise; the default account is there before anything is in it.
 * @throws {ScimError} 404 naming the accounts there are.
 */
export async function requireAccount({ db, account }: Place): Promise<void> {
  if (account === DEFAULT_ACCOUNT || (await getAccount(db, account))) return
  const others = (await listAccounts(db, MAX_NAMES + 1)).filter((name) => name !== DEFAULT_ACCOUNT)
  throw new NoSuchAccount(`There is no account ${quote(account)}: there is ${toList([DEFAULT_ACCOUNT, ...others])}`)
}

/** What is said of an integration that is not there. @throws {ScimError} 404 when the account is not there either. */
export async function noSuchIntegration(place: Place, name: string): Promise<ScimError> {
  await requireAccount(place)
  return missing('integration', name, place, await listIntegrationNames(place))
}

/**
 * Refuses an owner that there cannot be, since no integration was ever to run as it.
 * @throws {ScimError} 404 naming the roles that may own something.
 */
export async function requireOwner(place: Place, role: string): Promise<void> {
  const { db, account } = place
  if (role === ADMIN_OWNER || (await getProvisioner(db, account, role))) return
  const roles = (await getProvisioners(db, account)).map((provisioner) => provisioner.role)
  throw missing('role that may own objects', role, place, [...roles, `${ADMIN_OWNER} for administrators`])
}

/** What is said of a role that no integration runs or ran as. */
export async function noSuchProvisioner(place: Place, role: string): Promise<ScimError> {
  await requireAccount(place)
  const roles = (await getProvisioners(place.db, place.account)).map((provisioner) => provisioner.role)
  return missing('provisioner role', role, place, roles)
}

/** What is said of a network policy that is not there. */
export async function noSuchNetworkPolicy(place: Place, name: string): Promise<ScimError> {
  await requireAccount(place)
  const policies = await getNetworkPolicies(place.db, place.account)
  return missing(
    'network policy',
    name,
    place,
    policies.map((policy) => policy.name),
  )
}

/**
 * Refuses a question about an account, an integration or an actor that there is not: asked where no event was found.
 * An actor is known when it is a role of the account, or asked for something among the most recent events.
 * @throws {ScimError} 404 naming what there is.
 */
export async function requireKnownNames(place: Place, query: EventQuery, now: Date): Promise<void> {
  await requireAccount(place)
  const { integration, actor } = query
  for (const name of integration?.any ?? []) await requireIntegrationName(place, name)
  for (const name of actor?.any ?? []) await requireActor(place, name, now)
}

/** Integrations that stand in events and are none: administrators, the local system, our notices, callers nobody knows. */
const OTHER_DOMAINS = ['IAM', 'LOCAL', 'ROLECALL', 'UNKNOWN']

async function requireIntegrationName(place: Place, name: string): Promise<void> {
  const names = await listIntegrationNames(place)
  if ([...names, ...OTHER_DOMAINS].includes(name)) return
  throw missing('integration', name, place, [...names, 'IAM for administrators'])
}

/** Principals are kept nowhere but in events: one that is not among those looked at may still have acted before. */
async function requireActor(place: Place, actor: string, now: Date): Promise<void> {
  const isActor = (name: string) => name.toUpperCase() === actor.toUpperCase()
  const roles = (await getProvisioners(place.db, place.account)).map(({ role }) => role)
  if ([...roles, 'UNKNOWN'].some(isActor)) return
  const events = await listRecentEvents(place, now)
  const seen = [...new Set(events.map(({ actorName }) => actorName))].sort()
  if (seen.some(isActor)) return
  const others = seen.filter((name) => !roles.includes(name))
  throw notFound(
    `No actor ${quote(actor)} was found among the most recent ${events.length} events of the last ${ACTOR_DAYS} days in account "${place.account}": there is ${toList(roles)} and in those events ${toList(others)}; ask for another range, or with allowEmpty=true`,
  )
}

const listIntegrationNames = async ({ db, account }: Place): Promise<string[]> =>
  (await getIntegrations(db, account)).map(({ name }) => name)

async function listRecentEvents({ db, account }: Place, now: Date): Promise<RestEvent[]> {
  const from = new Date(now.getTime() - ACTOR_DAYS * DAY_MS)
  const query: EventQuery = { from, to: now, limit: ACTOR_EVENTS, type: 'ALL' }
  return (await listEvents(db, account, query, now)).events
}

const missing = (kind: string, name: string, { account }: Place, there: readonly string[]): ScimError =>
  notFound(`There is no ${kind} ${quote(name)} in account "${account}": there is ${toList(there)}`)

function toList(names: readonly string[]): string {
  if (names.length === 0) return 'none yet'
  return names.length > MAX_NAMES ? `${names.slice(0, MAX_NAMES).join(', ')} and more` : names.join(', ')
}
