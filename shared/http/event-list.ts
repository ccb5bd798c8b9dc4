import type { EventAnswer } from '../audit/event-answer.ts'
import { type EventQuery, parseEventQuery } from '../audit/event-query.ts'
import { type EventRow, presentEvent } from '../audit/event-row.ts'
import { EVENTS_CURSOR, presentCursor } from '../resources/feed/cursor.ts'
import { positionBehind } from '../resources/feed/new-events.ts'
import { requireAccount, requireKnownNames } from '../resources/known-names.ts'
import { MAX_ANSWER_BYTES, sentBytes } from '../scim/answer-size.ts'
import { eventSortKey } from '../store/events/item.ts'
import { listEvents } from '../store/events/query.ts'
import type { AdminContext } from './admin/handler.ts'

/** What answers to questions of the history need. */
export type AskContext = Pick<AdminContext, 'db' | 'account' | 'now' | 'trail'>

/** The index of a resource holds what changed it and what it was refused. */
const LEFT_OUT =
  'reads of the resource, creates that were refused, what was answered 404, and what others did who had its name: ask with reads=true for these'

/** Bytes of rows in one answer, which has a few members more: its cursor is the longest. */
const MAX_ROW_BYTES = MAX_ANSWER_BYTES - 20_000

/**
 * @throws {ScimError} 400 invalidValue when the question cannot be read; 404 when nothing was found and the account, the
 *   integration or the actor asked for is not there.
 */
export async function answerQuestion(
  source: object,
  context: Pick<AskContext, 'db' | 'account' | 'now'>,
): Promise<EventAnswer> {
  return answerList(parseEventQuery(source, context.now, context.db.eventRetentionDays), context)
}

/** As {@link answerQuestion}, of a question that is read already. */
export async function answerList(
  query: EventQuery,
  { db, account, now }: Pick<AskContext, 'db' | 'account' | 'now'>,
): Promise<EventAnswer> {
  const { events, next, unreadable, indexOnly } = await listEvents(db, account, query, now)
  if (events.length === 0 && query.allowEmpty) await requireAccount({ db, account })
  else if (events.length === 0) await requireKnownNames({ db, account }, askedFor(query, next), now)
  const rows = events.map(presentEvent)
  const kept = newestWithin(rows, MAX_ROW_BYTES)
  const [oldest] = kept
  const cut = oldest && kept.length < rows.length ? eventSortKey(oldest.EVENT_TIMESTAMP, oldest.EVENT_ID) : next
  const isAll = cut === undefined && rows.length < query.limit
  const shown = events.slice(events.length - kept.length)
  const position = query.before === undefined && positionBehind(shown, isAll, query.to, now)
  return {
    from: query.from.toISOString(),
    to: query.to.toISOString(),
    limit: query.limit,
    events: query.order === 'desc' ? kept.toReversed() : kept,
    ...(cut && { next: cut }),
    ...(unreadable > 0 && { unreadable }),
    ...(indexOnly && { leftOut: LEFT_OUT }),
    ...(position && { follow: presentCursor(position, EVENTS_CURSOR) }),
  }
}

/** Who is not found in a part of the range may have acted in the rest. */
function askedFor({ actor, ...query }: EventQuery, next: string | undefined): EventQuery {
  return next === undefined && actor !== undefined ? { ...query, actor } : query
}

function newestWithin(rows: EventRow[], maxBytes: number): EventRow[] {
  let bytes = 0
  const last = rows.findLastIndex((row) => {
    bytes += sentBytes(row)
    return bytes > maxBytes
  })
  return rows.slice(last + 1)
}
