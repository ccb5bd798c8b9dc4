import { changesOfMember } from '../../audit/changes.ts'
import type { EventQuery } from '../../audit/event-query.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { overlaps } from '../../auth/network-policy.ts'
import { foldName } from '../../scim/fold.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { mapConcurrently } from '../batch.ts'
import { getIdByName } from '../claims.ts'
import type { Db } from '../client.ts'
import type { Grant } from './grant.ts'
import { parseEventItem, type StoredEvent } from './item.ts'
import { type EventItem, type EventStream, grantStream, listStreamPage, streamWaves } from './stream.ts'

/** The answer to an auditor's question: the most recent events that match, oldest first. */
export interface EventPage {
  events: RestEvent[]
  /** Where to ask on, as `before`, when older events had to be left unread. */
  next?: string
  /** Rows in the range that are no events as we write them. */
  unreadable: number
}

/** Rows one question may look at; a filter that matches little could otherwise read the whole retention. */
const MAX_EXAMINED = 50_000
/** Queries in flight at once, just under the SDK's number of sockets. */
const PARALLEL = 48

/**
 * Access pattern E4: the events of a range. One parallel round trip when the newest days hold enough, at most
 * 0.2 read units per row of up to 1 KB; filters look at more rows than they show. Expired rows are left out, since
 * DynamoDB deletes late. Of a user the grants belong to it: one read unit for each, and one for its name.
 */
export async function listEvents(
  db: Db,
  account: string,
  query: EventQuery,
  now: Date,
  maxExamined = MAX_EXAMINED,
): Promise<EventPage> {
  const matches = toMatcher(query, now)
  const subjects = new Set(await loadSubjects(db, account, query))
  const waves = streamWaves(account, query, [...subjects])
  const found = new Map<string, FoundEvent>()
  const open: EventStream[] = []
  let examined = 0
  let unreadable = 0
  for (;;) {
    const sorted = [...found.values()].sort((a, b) => (a.sortKey < b.sortKey ? 1 : -1))
    const due = dueStreams(open, sorted, query.limit)
    if (due.length > 0 && examined >= maxExamined) return cutAt(sorted, open, query.limit, unreadable)
    if (due.length > 0) {
      const read = (stream: EventStream) => listStreamPage(db, account, stream, query)
      const items = (await mapConcurrently(due, PARALLEL, read)).flat()
      const rows = items.map((item) => toFound(account, item))
      examined += items.length
      unreadable += rows.filter((row) => row === undefined).length
      const matching = rows.filter((row) => row !== undefined).filter(matches)
      for (const row of matching) if (row.grant || !found.has(row.sortKey)) found.set(row.sortKey, row)
      open.push(...furtherUsers(matching, subjects).map((id) => grantStream(account, id, query)))
      continue
    }
    const wave = found.size >= query.limit ? undefined : waves.shift()
    if (!wave) return { events: newest(sorted, query.limit), unreadable }
    open.push(...wave)
  }
}

/** An event that was found, perhaps by a grant: then it is shown as the user's. */
interface FoundEvent extends StoredEvent {
  grant?: Grant | undefined
}

function toFound(account: string, { item, grant }: EventItem): FoundEvent | undefined {
  const stored = parseEventItem(account, item)
  if (!stored || !grant) return stored
  const changes = changesOfMember(stored.event.changes ?? [], grant.kind, grant.userId)
  return { ...stored, event: { ...stored.event, changes }, grant }
}

/** What the asked resource may be the id of, and the user that has it as its name now; 1 read unit. */
async function loadSubjects(db: Db, account: string, { resource }: EventQuery): Promise<string[]> {
  if (resource === undefined) return []
  const named = await getIdByName(db, account, RESOURCE_TYPES.User, resource)
  return named === undefined ? [resource] : [resource, named]
}

/** Users who had the asked name and have it no longer, as events under that name tell; each is told once. */
function furtherUsers(found: readonly FoundEvent[], subjects: Set<string>): string[] {
  const users = found.flatMap(({ event: { resourceDomain, resourceId } }) =>
    resourceDomain === RESOURCE_TYPES.User.auditWord && resourceId !== undefined ? [resourceId] : [],
  )
  const further = subjects.size === 0 ? [] : [...new Set(users)].filter((id) => !subjects.has(id))
  for (const id of further) subjects.add(id)
  return further
}

/** The streams that may still hold one of the `limit` newest: those not read down to the last of them. */
function dueStreams(open: readonly EventStream[], sorted: readonly StoredEvent[], limit: number): EventStream[] {
  const bound = sorted[limit - 1]?.sortKey ?? ''
  return open.filter(({ done, reached }) => !done && reached > bound)
}

const newest = (found: readonly StoredEvent[], limit: number): RestEvent[] =>
  found
    .slice(0, limit)
    .map(({ event }) => event)
    .reverse()

/** Only what is newer than the place that every stream has reached is known in full. */
function cutAt(found: StoredEvent[], open: readonly EventStream[], limit: number, unreadable: number): EventPage {
  const places = open.flatMap(({ done, reached }) => (done ? [] : [reached]))
  const next = places.reduce((a, b) => (a > b ? a : b))
  const known = found.filter(({ sortKey }) => sortKey >= next)
  return { events: newest(known, limit), next, unreadable }
}

/** What a row must be to be shown. One that counts belongs to every range that touches its minute. */
function toMatcher(query: EventQuery, now: Date): (found: FoundEvent) => boolean {
  const { from, type, integration, method, status, resource, before, changesOnly, actor, token, address } = query
  const first = from.toISOString()
  const nowSeconds = now.getTime() / 1000
  const name = foldName(resource ?? '')
  const isAbout = ({ resourceId, resourceName = '' }: RestEvent) =>
    resourceId === resource || (name !== '' && foldName(resourceName) === name)
  return ({ event, sortKey, ttlSeconds, grant }) =>
    ttlSeconds > nowSeconds &&
    (event.time >= first || event.count !== undefined) &&
    (before === undefined || sortKey < before) &&
    (type === 'ALL' || event.type === type) &&
    (integration === undefined || event.actorDomain.toUpperCase() === integration) &&
    (method === undefined || event.method === method) &&
    (actor === undefined || event.actorName.toUpperCase() === actor.toUpperCase()) &&
    (token === undefined || event.tokenId === token) &&
    (address === undefined || overlaps(address, event.clientIp)) &&
    (status === undefined || (event.status >= status[0] && event.status <= status[1])) &&
    (resource === undefined || grant !== undefined || isAbout(event)) &&
    (!changesOnly || event.changes !== undefined)
}
