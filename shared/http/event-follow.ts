import { type EventQuery, MAX_LIMIT } from '../audit/event-query.ts'
import { type EventRow, presentEvent } from '../audit/event-row.ts'
import { DAY_MS } from '../auth/span.ts'
import { EVENTS_CURSOR, parseCursor, presentCursor } from '../resources/feed/cursor.ts'
import { loadNewEvents, type NewEvents } from '../resources/feed/new-events.ts'
import type { FeedPosition } from '../resources/feed/tell.ts'
import { requireKnownNames } from '../resources/known-names.ts'
import { parseDateTime } from '../scim/date-time.ts'
import { invalidValue } from '../scim/error.ts'
import { filtersOf } from '../store/events/matcher.ts'
import type { AskContext } from './event-list.ts'
import { longPoll } from './long-poll.ts'
import { oncePerHour } from './once-per-hour.ts'

/** The answer to a question with `after`: what came behind the place. */
export interface FollowAnswer {
  /** Each event once, oldest first. */
  events: EventRow[]
  /** What to ask on with, as `after`: also where nothing came. */
  next: string
  /** Whether there may be more already. */
  more: boolean
}

/** The most events of such an answer: of 12 KB at most. */
const MAX_FOLLOWED = 500
/** How often is looked while waiting, and how much longer for each row that a look takes. */
const LOOK_MS = 1000
const ROW_MS = 1
const MAX_LOOK_MS = 5000
/** Who is behind by more reads the past. */
const FOLLOWS_WITHIN_MS = 3_600_000
/** How far the clock may be ahead that the place of a row comes from. */
const CLOCK_SKEW_MS = 60_000
/** What of a question is not its filter. */
const NOT_FILTERS = ['after', 'wait', 'limit', 'from', 'to', 'last', 'step', 'purpose', 'allowempty', 'account']

/**
 * Answers as soon as something came behind a place, or when the wait is over.
 * @throws {ScimError} 400 invalidValue on a place that cannot be read, or is not kept; 404 as for any question, where
 *   somebody begins to follow.
 */
export async function answerNew(
  source: object,
  { after = '', wait = 0, limit, ...query }: EventQuery,
  context: AskContext,
): Promise<FollowAnswer> {
  const { db, account, now, trail } = context
  const begin = positionAt(after, now, db.eventRetentionDays)
  if (begin.told.size === 0 && !query.allowEmpty) await requireKnownNames({ db, account }, { ...query, limit }, now)
  const filters = filtersOf({ ...query, limit })
  const most = Math.min(limit, MAX_FOLLOWED, MAX_LIMIT)
  const look = (before?: NewEvents) => loadNewEvents(db, account, filters, before?.position ?? begin, most)
  const pauseMs = ({ examined }: NewEvents) => Math.min(MAX_LOOK_MS, LOOK_MS + examined * ROW_MS)
  const { events, position, isCut, isWhole } = await longPoll<NewEvents>(db, wait, look, pauseMs)
  const isNow = Date.parse(begin.place.slice(0, 24)) >= now.getTime() - FOLLOWS_WITHIN_MS
  if (query.purpose === 'follow' && isNow) tellOnce(source, { ...query, limit }, context)
  else trail.counted(events.length)
  return { events: events.map(presentEvent), next: presentCursor(position, EVENTS_CURSOR), more: isCut || !isWhole }
}

/** Has what somebody follows told once an hour, under the filters and nothing else of the question. */
export function tellOnce(source: object, query: EventQuery, { db, trail }: AskContext): void {
  const isFilter = ([name]: [string, unknown]) => !NOT_FILTERS.includes(name.toLowerCase().replaceAll('_', ''))
  const named = Object.fromEntries(Object.entries(source).filter(isFilter))
  oncePerHour({ db, trail }, filtersOf(query), { purpose: 'follow', ...named })
}

function positionAt(after: string, now: Date, retentionDays: number): FeedPosition {
  const position = parsePosition(after)
  const at = Date.parse(position.place.slice(0, 24))
  if (at < now.getTime() - retentionDays * DAY_MS) {
    throw invalidValue(
      `Cannot go on after ${new Date(at).toISOString()}: events are kept ${retentionDays} days; ask without "after" for what there is`,
    )
  }
  if (at > now.getTime() + CLOCK_SKEW_MS) {
    throw invalidValue(`Cannot go on after ${new Date(at).toISOString()}: it is in the future`)
  }
  return position
}

/** A place as rows show it, an instant, or a cursor of ours. */
function parsePosition(after: string): FeedPosition {
  if (PLACE.test(after) && !Number.isNaN(Date.parse(after.slice(0, 24)))) return { place: after, told: new Set() }
  const instant = parseDateTime(after)
  if (instant !== undefined) return { place: new Date(instant).toISOString(), told: new Set() }
  return parseCursor(after, EVENTS_CURSOR)
}

const PLACE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
