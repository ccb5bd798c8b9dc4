import type { EventAnswer } from '../audit/event-answer.ts'
import { parseEventQuery } from '../audit/event-query.ts'
import { type EventRow, presentEvent } from '../audit/event-row.ts'
import { requireAccount } from '../resources/known-names.ts'
import { notFound } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { isResourceId } from '../scim/resource-id.ts'
import { getEvent } from '../store/events/history.ts'
import type { AdminContext } from './admin/handler.ts'
import { json } from './admin/input.ts'
import type { Operation } from './api-handler.ts'
import { answerCounts, type CountsAnswer } from './event-counts.ts'
import { answerNew, type FollowAnswer } from './event-follow.ts'
import { type AskContext, answerList } from './event-list.ts'
import { answerChanges } from './feed-operation.ts'
import type { RouteKeyOf } from './routes.ts'

export const eventsOperations = {
  'GET /events': async ({ query }, context) => json(200, await answerEvents(query, context)),
  'GET /events/counts': async ({ query }, context) => json(200, await answerCounts(query, context)),
  'GET /events/{id}': async ({ params }, context) => json(200, await answerEvent(params.id, context)),
  'GET /changes': answerChanges,
} satisfies Record<RouteKeyOf<'events'>, Operation<AdminContext>>

/** Events of a range, or behind a place; the question's own event tells how many events it was answered with. */
async function answerEvents(source: object, context: AskContext): Promise<EventAnswer | FollowAnswer> {
  const query = parseEventQuery(source, context.now, context.db.eventRetentionDays)
  if (query.after !== undefined) return answerNew(source, query, context)
  const answer = await answerList(query, context)
  context.trail.counted(answer.events.length)
  return answer
}

/** @throws {ScimError} 404 that says how long events are kept. */
async function answerEvent(id: unknown, { db, account }: AskContext): Promise<EventRow> {
  const event = isResourceId(String(id)) ? await getEvent(db, account, String(id).toLowerCase()) : undefined
  if (event) return presentEvent(event)
  await requireAccount({ db, account })
  throw notFound(`There is no event ${quote(id)}: events are kept ${db.eventRetentionDays} days`)
}

export type InvocationAnswer = EventAnswer | FollowAnswer | CountsAnswer | EventRow

/** The same by invocation: one event by its id as `event`, counts where `counts` is true, else what `GET /events` answers. */
export async function answerInvocation(
  { event, counts, ...question }: Record<string, unknown>,
  context: AskContext,
): Promise<InvocationAnswer> {
  if (event !== undefined) return answerEvent(event, context)
  return counts === true ? answerCounts(question, context) : answerEvents(question, context)
}
