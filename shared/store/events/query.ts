import { changesOfMember } from '../../audit/changes.ts'
import type { EventQuery } from '../../audit/event-query.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import { parseEventItem, type SomeFields, type StoredEvent } from './item.ts'
import { type FoundEvent, toMatcher } from './matcher.ts'
import { dayWaves, type EventItem, type EventStream, grantStream, listStreamPage, resourceStreams } from './stream.ts'
import { loadSubjects, type Subjects } from './subjects.ts'

/** The answer to an auditor's question: the most recent events that match, oldest first. */
export interface EventPage {
  events: RestEvent[]
  /** Where to ask on, as `before`, when older events had to be left unread. */
  next?: string
  /** Rows in the range that are no events as we write them. */
  unreadable: number
  /** Whether only the resource's own index was asked, which holds neither reads nor what is answered 404. */
  indexOnly?: boolean
}

/** Rows that one answer looks at in vain: a filter that matches little could otherwise read the whole retention. */
const MAX_VAIN_ROWS = 10_000
/** Queries of one answer, however few rows they find: those of the eight days that a week touches, and some. */
const MAX_QUERIES = 144
/** Queries in flight at once, just under the SDK's number of sockets. */
const PARALLEL = 48

/**
 * Access pattern E4: the events of a range. One parallel round trip when the newest days hold enough, at most
 * 0.2 read units per row of up to 1 KB; filters look at more rows than they show, within MAX_VAIN_ROWS and MAX_QUERIES,
 * and then say where to ask on. Expired rows are left out, since DynamoDB deletes late. A question about one resource is
 * answered from its own index and, of a user, the grants: 3 read units for its name, one for each event; all events are
 * searched only where nobody has the name, or where what the index lacks is asked for. With `some` the events have
 * these fields and no others.
 */
export async function listEvents(
  db: Db,
  account: string,
  query: EventQuery,
  now: Date,
  maxVainRows = MAX_VAIN_ROWS,
  some?: SomeFields,
): Promise<EventPage> {
  const { limit, changesOnly } = query
  const { ids, areIndexed } = await loadSubjects(db, account, query)
  const search = beginSearch(db, account, query, now, { ids, areIndexed }, some)
  const told = () => ({ unreadable: search.unreadable, ...(areIndexed && !changesOnly && { indexOnly: true }) })
  for (;;) {
    const sorted = [...search.found.values()].sort((a, b) => (a.sortKey < b.sortKey ? 1 : -1))
    const due = dueStreams(search.open, sorted, limit)
    const left = maxVainRows - (search.examined - search.found.size)
    const wave = due.length === 0 && search.found.size < limit ? search.waves[0] : undefined
    if ((due.length > 0 && left <= 0) || isOver(search, wave ?? due)) {
      return { ...cutAt(sorted, search.open, limit), ...told() }
    }
    if (due.length > 0) await readDue(search, due, left)
    else if (wave) search.open.push(...(search.waves.shift() ?? []))
    else return { events: newest(sorted, limit), ...told() }
  }
}

/** A question on its way. */
interface Search extends Pick<Subjects, 'ids'> {
  db: Db
  account: string
  query: EventQuery
  /** All that is read of events, where that is not everything. */
  some: SomeFields | undefined
  matches(found: FoundEvent): boolean
  /** Streams to be opened where those before did not hold enough. */
  waves: EventStream[][]
  open: EventStream[]
  found: Map<string, FoundEvent>
  /** Rows, and queries that were sent for them. */
  examined: number
  queries: number
  unreadable: number
}

function beginSearch(
  db: Db,
  account: string,
  query: EventQuery,
  now: Date,
  { ids, areIndexed }: Subjects,
  some: SomeFields | undefined,
): Search {
  const own = [...ids].flatMap((id) => resourceStreams(account, id, query))
  const waves = [own, ...(areIndexed ? [] : dayWaves(account, query))]
  const counts = { examined: 0, queries: 0, unreadable: 0 }
  return {
    ...{ db, account, query, ids, waves, some, ...counts },
    matches: toMatcher(query, now),
    open: [],
    found: new Map(),
  }
}

/** Whether these streams are too many for one answer; some of the range must have been read by then. */
const isOver = ({ queries, open }: Search, streams: readonly EventStream[]): boolean =>
  queries + streams.length > MAX_QUERIES && open.some(({ floor }) => floor !== undefined)

/** Reads a page of each of these streams, within `left` rows. */
async function readDue(search: Search, due: readonly EventStream[], left: number): Promise<void> {
  const { db, account, query, found, ids, some } = search
  const most = Math.ceil(left / due.length)
  const pageOf = (stream: EventStream) => listStreamPage(db, account, stream, query, most, some)
  const items = await mapConcurrently([...due], PARALLEL, pageOf)
  const rows = items.flat().map((item) => toFound(account, item, some))
  const readable = rows.filter((row) => row !== undefined)
  const matching = readable.filter((row) => search.matches(row))
  for (const row of matching) if (row.grant || !found.has(row.sortKey)) found.set(row.sortKey, row)
  search.open.push(...furtherUsers(matching, ids).map((id) => grantStream(account, id, query)))
  search.queries += due.length
  search.examined += rows.length
  search.unreadable += rows.length - readable.length
}

function toFound(account: string, { item, grant }: EventItem, some: SomeFields | undefined): FoundEvent | undefined {
  const stored = parseEventItem(account, item, some)
  if (!stored || !grant) return stored
  const changes = changesOfMember(stored.event.changes ?? [], grant.kind, grant.userId)
  return { ...stored, event: { ...stored.event, changes }, grant }
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

/** Only what is newer than the place that every stream has reached, those not begun included, is known in full. */
function cutAt(found: StoredEvent[], open: readonly EventStream[], limit: number) {
  const floors = open.flatMap(({ floor }) => floor ?? [])
  const begun = floors.length > 0 ? [floors.reduce((a, b) => (a < b ? a : b))] : []
  const places = [...begun, ...open.flatMap(({ done, reached }) => (done ? [] : [reached]))]
  const next = places.reduce((a, b) => (a > b ? a : b))
  const known = found.filter(({ sortKey }) => sortKey >= next)
  return { events: newest(known, limit), next }
}
