import type { RestEvent } from '../../audit/rest-event.ts'
import { invalidValue, notFound } from '../../scim/error.ts'
import { quote } from '../../scim/quote.ts'
import { getEvent, listLosses } from '../../store/events/history.ts'
import type { ScimContext } from '../context.ts'
import { kindsOf } from '../kinds.ts'
import type { Step } from '../steps.ts'
import { isDeletion, loadNet } from './net.ts'
import type { How, Target } from './target.ts'
import { undoAll } from './undo-all.ts'
import { notOurs } from './undo-input.ts'

/** Objects of one step. */
const STEP = 50

/** An event that may be undone. @throws {ScimError} 404, and 400 where it changed no user and no role. */
export async function requireUndoable(context: ScimContext, eventId: string): Promise<RestEvent> {
  const { db, principal } = context
  const event = await getEvent(db, principal.account, eventId)
  if (!event) {
    const days = `${db.eventRetentionDays} days`
    throw notFound(`There is no event ${quote(eventId)} in account "${principal.account}": events are kept ${days}`)
  }
  if (event.changes && event.resourceId && kindOf(context, event)) return event
  throw invalidValue(`Cannot undo event ${quote(eventId)}: it changed no user and no role`)
}

/**
 * Undoes one event: what it did to its object and, where it deleted a user, what the groups lost by that. A step takes
 * 50 objects, the user before its groups.
 */
export async function undoEvent(
  context: ScimContext,
  event: RestEvent,
  how: Omit<How, 'returns'>,
  next: string | undefined,
): Promise<Step> {
  const begin = next === undefined ? 0 : Number(next)
  if (!Number.isSafeInteger(begin) || begin < 0) throw notOurs(next ?? '')
  const own = await toTarget(context, [event])
  const losses = isDeletion(own.net) ? await listLosses(context.db, event, own.id) : []
  const groups = [...Map.groupBy(losses, ({ resourceId }) => resourceId).values()]
  const all = [[event], ...groups]
  const due = all.slice(begin, begin + STEP)
  const first = begin === 0 ? await undoAll(context, [own], { ...how, returns: async () => false }) : []
  const isBack = isDeletion(own.net) && first.every(({ outcome }) => outcome !== 'refused')
  const returns = async (userId: string) => isBack && userId === own.id
  const targets = await Promise.all(due.slice(begin === 0 ? 1 : 0).map((events) => toTarget(context, events)))
  const rows = [...first, ...(await undoAll(context, targets, { ...how, returns }))]
  const end = begin + STEP
  return { rows, total: all.length, ...(end < all.length && { next: String(end) }) }
}

async function toTarget(context: ScimContext, events: RestEvent[]): Promise<Target> {
  const [event] = events
  const kind = event && kindOf(context, event)
  if (!kind) throw new Error('An event of a user or a role has no type')
  const { resourceId: id = '', resourceName: name = '' } = event
  return { kind, id, name, net: await loadNet(context.db, kind.type, [events]) }
}

const kindOf = ({ types }: ScimContext, { resourceDomain }: RestEvent) =>
  kindsOf(types).find(({ type }) => type.auditWord === resourceDomain)
