import type { EventQuery } from '../../audit/event-query.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { overlaps } from '../../auth/network-policy.ts'
import { foldName } from '../../scim/fold.ts'
import { mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import { parseEventItem, type StoredEvent } from './item.ts'
import { type EventStream, listStreamPage, streamWaves } from './stream.ts'

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
 * DynamoDB deletes late.
 */
export async function listEvents(
  db: Db,
  account: string,
  query: EventQuery,
  now: Date,
  maxExamined = MAX_EXAMINED,
): Promise<EventPage> {
  const matches = toMatcher(query, now)
  const waves = streamWaves(account, query)
  const found: StoredEvent[] = []
  const open: EventStream[] = []
  let examined = 0
  let unreadable = 0
  for (;;) {
    const due = dueStreams(open, found, query.limit)
    if (due.length > 0 && examined >= maxExamined) return cutAt(found, open, query.limit, unreadable)
    if (due.length > 0) {
      const items = (await mapConcurrently(due, PARALLEL, (stream) => listStreamPage(db, stream, query))).flat()
      const stored = items.map((item) => parseEventItem(account, item))
      examined += items.length
      unreadable += stored.filter((row) => row === undefined).length
      found.push(...stored.filter((row) => row !== undefined).filter(matches))
      continue
    }
    const wave = found.length >= query.limit ? undefined : waves.shift()
    if (!wave) return { events: newest(found, query.limit), unreadable }
    open.push(...wave)
  }
}

/** The streams that may still hold one of the `limit` newest: those not read down to the last of them. */
function dueStreams(open: readonly EventStream[], found: StoredEvent[], limit: number): EventStream[] {
  found.sort((a, b) => (a.sortKey < b.sortKey ? 1 : -1))
  const bound = found[limit - 1]?.sortKey ?? ''
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
function toMatcher(query: EventQuery, now: Date): (stored: StoredEvent) => boolean {
  const { from, type, integration, method, status, resource, before, changesOnly, actor, token, address } = query
  const first = from.toISOString()
  const nowSeconds = now.getTime() / 1000
  const name = foldName(resource ?? '')
  const isAbout = ({ resourceId, resourceName = '' }: RestEvent) =>
    resourceId === resource || (name !== '' && foldName(resourceName) === name)
  return ({ event, sortKey, ttlSeconds }) =>
    ttlSeconds > nowSeconds &&
    (event.time >= first || event.count !== undefined) &&
    (before === undefined || sortKey < before) &&
    (type === 'ALL' || event.type === type) &&
    (integration === undefined || event.actorDomain.toUpperCase() === integration) &&
    (method === undefined || event.method === method) &&
    (actor === undefined || event.actorName.toUpperCase() === actor) &&
    (token === undefined || event.tokenId === token) &&
    (address === undefined || overlaps(address, event.clientIp)) &&
    (status === undefined || (event.status >= status[0] && event.status <= status[1])) &&
    (resource === undefined || isAbout(event)) &&
    (!changesOnly || event.changes !== undefined)
}
