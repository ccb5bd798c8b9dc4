import { type EventQuery, parseEventQuery } from '../audit/event-query.ts'
import { type EventRow, presentEvent } from '../audit/event-row.ts'
import { requireKnownNames } from '../resources/known-names.ts'
import { MAX_ANSWER_BYTES, sentBytes } from '../scim/answer-size.ts'
import { eventSortKey } from '../store/events/item.ts'
import { listEvents } from '../store/events/query.ts'
import type { AdminContext } from './admin/handler.ts'
import type { Operation } from './api-handler.ts'
import { answerChanges } from './feed-operation.ts'
import type { RouteKeyOf } from './routes.ts'

/** The answer to an auditor's question, by HTTP and by Lambda invocation alike. */
export interface EventAnswer {
  /** The range asked for, as it was read. */
  from: string
  to: string
  limit: number
  /** The most recent that match, oldest first. */
  events: EventRow[]
  /** Older events had to be left out; ask again with this as `before`. */
  next?: string
  /** Rows of the range that are no events as we write them. */
  unreadable?: number
  /** What a question about one resource does not show, and how to see it. */
  leftOut?: string
}

export const eventsOperations = {
  'GET /events': async (request, context) => ({ status: 200, body: await answerCounted(request.query, context) }),
  'GET /changes': answerChanges,
} satisfies Record<RouteKeyOf<'events'>, Operation<AdminContext>>

/** The index of a resource holds what changed it and what it was refused. */
const LEFT_OUT =
  'reads of the resource, creates that were refused, what was answered 404, and what others did who had its name: ask with reads=true for these'

/** Bytes of rows in one answer, which has a few members more. */
const MAX_ROW_BYTES = MAX_ANSWER_BYTES - 10_000

/** As {@link answerQuestion}; the question's own event tells how many events it was answered with. */
export async function answerCounted(
  source: object,
  context: Pick<AdminContext, 'db' | 'account' | 'now' | 'trail'>,
): Promise<EventAnswer> {
  const answer = await answerQuestion(source, context)
  context.trail.counted(answer.events.length)
  return answer
}

/**
 * @throws {ScimError} 400 invalidValue when the question cannot be read; 404 when nothing was found and the account, the
 *   integration or the actor asked for is not there.
 */
export async function answerQuestion(
  source: object,
  { db, account, now }: Pick<AdminContext, 'db' | 'account' | 'now'>,
): Promise<EventAnswer> {
  const query = parseEventQuery(source, now, db.eventRetentionDays)
  const { events, next, unreadable, indexOnly } = await listEvents(db, account, query, now)
  if (events.length === 0 && !query.allowEmpty) await requireKnownNames({ db, account }, askedFor(query, next), now)
  const rows = events.map(presentEvent)
  const kept = newestWithin(rows, MAX_ROW_BYTES)
  const [oldest] = kept
  const cut = oldest && kept.length < rows.length ? eventSortKey(oldest.EVENT_TIMESTAMP, oldest.EVENT_ID) : next
  return {
    from: query.from.toISOString(),
    to: query.to.toISOString(),
    limit: query.limit,
    events: kept,
    ...(cut && { next: cut }),
    ...(unreadable > 0 && { unreadable }),
    ...(indexOnly && { leftOut: LEFT_OUT }),
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
