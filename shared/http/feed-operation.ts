import * as z from 'zod/mini'
import { MAX_WAIT_SECONDS } from '../audit/event-query.ts'
import { keptSince } from '../audit/retention.ts'
import { type ChangeEvent, presentChange } from '../resources/feed/change-event.ts'
import { parseCursor, presentCursor } from '../resources/feed/cursor.ts'
import { loadChanges, positionAt, SETTLED_MS } from '../resources/feed/poll.ts'
import type { FeedPosition } from '../resources/feed/tell.ts'
import { requireAccount } from '../resources/known-names.ts'
import { invalidValue } from '../scim/error.ts'
import type { AdminContext } from './admin/handler.ts'
import { json } from './admin/input.ts'
import type { ApiAnswer } from './api-answer.ts'
import type { ApiRequest } from './api-request.ts'
import { longPoll } from './long-poll.ts'
import { parseParameters } from './parameters.ts'

/** The answer to `GET /changes`. */
export interface ChangesAnswer {
  /** Each change once, those of one object in the order they were made. */
  events: ChangeEvent[]
  /** What to ask on with, as `after`: also where there were no changes. */
  cursor: string
  /** Whether there may be more already. */
  more: boolean
}

/** The most changes of one answer, which ends at 6 MB: changes of one event take 8 KB. */
export const MAX_CHANGES = 500
const DEFAULT_CHANGES = 100
/** How often is looked while waiting. */
const LOOK_MS = 2000

const wholeNumber = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`
  const digits = z.string().check(z.regex(/^\d{1,9}$/, error))
  const number = z.number().check(z.gte(min, error), z.lte(max, error))
  return z.optional(z.pipe(z.pipe(digits, z.transform(Number)), number))
}

const question = z.strictObject({
  account: z.optional(z.string()),
  after: z.optional(z.string()),
  limit: wholeNumber(1, MAX_CHANGES),
  wait: wholeNumber(0, MAX_WAIT_SECONDS),
})

/**
 * Serves `GET /changes`: what changed behind a cursor, at once or as soon as there is something.
 * @throws {ScimError} 400 invalidValue on what cannot be read, and on a cursor older than the retention; 404 where the
 *   account is not there.
 */
export async function answerChanges({ query }: ApiRequest, context: AdminContext): Promise<ApiAnswer> {
  const { db, account, now } = context
  const { after, limit = DEFAULT_CHANGES, wait = 0 } = parseParameters(question, query)
  const begin = beginOf(after, now, db.eventRetentionDays)
  if (after === undefined || after === 'oldest') await requireAccount(context)
  if (after === undefined) return json(200, toAnswer([], begin, false))
  const look = (before?: Seen) => loadChanges(db, account, before?.position ?? begin, limit)
  const { events, position, isCut, isWhole } = await longPoll<Seen>(db, wait, look, () => LOOK_MS)
  return json(200, toAnswer(events.map(presentChange), position, isCut || !isWhole))
}

type Seen = Awaited<ReturnType<typeof loadChanges>>

const toAnswer = (events: ChangeEvent[], position: FeedPosition, more: boolean): ChangesAnswer => ({
  events,
  cursor: presentCursor(position),
  more,
})

function beginOf(after: string | undefined, now: Date, retentionDays: number): FeedPosition {
  const oldest = new Date(keptSince(now, retentionDays))
  if (after === undefined) return positionAt(now)
  if (after === 'oldest') return positionAt(new Date(oldest.getTime() + SETTLED_MS))
  const position = parseCursor(after)
  if (position.place >= oldest.toISOString()) return position
  throw invalidValue(
    `Cannot go on after a cursor of ${position.place.slice(0, 24)}: changes are kept ${retentionDays} days; ask without "after" for a new cursor, and then read all users and roles anew`,
  )
}
