import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../../store/client.ts'
import { walkEventsAfter } from '../../store/events/after.ts'
import { eventSortKey, minuteOf, type StoredEvent } from '../../store/events/item.ts'
import { type EventFilters, toFilter, toLiveness } from '../../store/events/matcher.ts'
import { EVENTS_CURSOR, markOf } from './cursor.ts'
import { SETTLED_MS } from './poll.ts'
import type { FeedPosition } from './tell.ts'

/** Some of the events behind a position, and where the next ones stand. */
export interface NewEvents {
  /** In order of time. */
  events: RestEvent[]
  position: FeedPosition
  /** Whether everything that is there by now was seen. */
  isWhole: boolean
  /** Whether there is more to tell already. */
  isCut: boolean
  /** Rows that were looked at. */
  examined: number
}

/** Rows and rounds of one look that tell of little. */
const MAX_EXAMINED = 20_000
const MAX_ROUNDS = 9

/**
 * The next events behind a position that pass the filters, at most `limit`, each once, however late they are stored: what
 * may still be stored stands behind the position, and what was told of it is known by its mark (docs/decisions/0036).
 */
export async function loadNewEvents(
  db: Db,
  account: string,
  filters: EventFilters,
  from: FeedPosition,
  limit: number,
): Promise<NewEvents> {
  const look = await lookBehind(db, account, filters, from)
  return { ...tellNew(from, look, limit), isWhole: look.isWhole, examined: look.examined }
}

/** What was seen behind a position. */
interface Look {
  /** What passes the filters, and what was told before. */
  rows: StoredEvent[]
  /** Nothing can still be stored up to here, and all that is was seen. */
  reached: string
  isWhole: boolean
  examined: number
}

async function lookBehind(
  db: Db,
  account: string,
  filters: EventFilters,
  { place, told }: FeedPosition,
): Promise<Look> {
  const now = new Date(db.clock())
  const [fits, isLive] = [toFilter(filters), toLiveness(now)]
  const isWanted = (row: StoredEvent) => isBehind(row, place) && isLive(row) && (told.has(ownMark(row)) || fits(row))
  const look: Look = { rows: [], reached: place, isWhole: false, examined: 0 }
  let rounds = 0
  for await (const round of walkEventsAfter(db, account, minuteAt(place), now, 'all')) {
    look.rows.push(...round.events.filter(isWanted))
    look.examined += round.examined
    look.reached = settledBy(round.knownTo, now, place)
    look.isWhole = round.knownTo === undefined
    rounds += 1
    if ((look.examined >= MAX_EXAMINED || rounds >= MAX_ROUNDS) && look.reached > place) break
  }
  return look
}

/** What of a look to tell, and the position behind that. */
function tellNew({ place, told }: FeedPosition, { rows, reached, isWhole }: Look, limit: number) {
  const due = rows.filter((row) => !told.has(ownMark(row))).sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1))
  const taken = due.slice(0, limit)
  const isCut = due.length > limit
  const last = taken.at(-1)?.sortKey ?? place
  const at = isCut && last < reached ? laterOf(last, place) : reached
  const rowOf = new Map(rows.map((row) => [ownMark(row), row]))
  const isNeeded = (mark: string) => {
    const row = rowOf.get(mark)
    return row === undefined ? !isWhole : isBehind(row, at)
  }
  const marks = [...told, ...taken.map(ownMark)].filter(isNeeded)
  // What finds no room for its mark waits until it is settled.
  const waiting = Math.min(taken.length, Math.max(0, marks.length - EVENTS_CURSOR.maxMarks))
  return {
    events: taken.slice(0, taken.length - waiting).map(({ event }) => event),
    position: { place: at, told: new Set(marks.slice(0, marks.length - waiting)) },
    isCut: isCut && waiting === 0,
  }
}

/**
 * Where to follow on behind an answer: its rows, oldest first, and whether they are all there are in its range. The
 * oldest of what cannot be marked is told again.
 */
export function positionBehind(rows: readonly RestEvent[], isAll: boolean, to: Date, now: Date): FeedPosition {
  const settled = settledAt(to < now ? to : now)
  const [oldest] = rows
  const place = isAll || oldest === undefined ? settled : laterOf(settled, oldest.time)
  const stored = rows.map((event) => ({ event, sortKey: eventSortKey(event.time, event.eventId), ttlSeconds: 0 }))
  const marks = stored.filter((row) => isBehind(row, place)).map(ownMark)
  return { place, told: new Set(marks.slice(0, EVENTS_CURSOR.maxMarks)) }
}

const ownMark = ({ event }: Pick<StoredEvent, 'event'>): string => markOf(event, EVENTS_CURSOR)

/** The last place where nothing can still be stored, of what is known up to `known`; of everything without it. */
function settledBy(known: string | undefined, now: Date, place: string): string {
  const settled = settledAt(now)
  return laterOf(known !== undefined && known < settled ? known : settled, place)
}

const settledAt = (at: Date): string => `${new Date(at.getTime() - SETTLED_MS).toISOString()}$`

/** A row that counts the callers of a minute stands at its beginning, and comes to be at any time of it. */
const isBehind = ({ sortKey, event }: Pick<StoredEvent, 'sortKey' | 'event'>, place: string): boolean =>
  sortKey > place || (event.count !== undefined && event.time >= minuteAt(place))

const minuteAt = (place: string): string => minuteOf(new Date(place.slice(0, 24)))
const laterOf = (one: string, other: string): string => (one > other ? one : other)
