import type { RestEvent } from '../../audit/rest-event.ts'
import { invalidValue, notFound } from '../../scim/error.ts'
import { quote } from '../../scim/quote.ts'
import { getEvent, listLosses } from '../../store/events/history.ts'
import type { ScimContext } from '../context.ts'
import { kindsOf } from '../kinds.ts'
import type { Step } from '../steps.ts'
import { isDeletion, loadNet } from './net.ts'
import { isEventPlace } from './place.ts'
import type { Asked, Target } from './target.ts'
import { undoAll } from './undo-all.ts'
import { notOurs } from './undo-input.ts'

/** Groups of one step, and the time after which it begins no further commit of a large one. */
const STEP = 50
const STEP_MS = 5_000

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

/** Where a step goes on with the event's own object, of which there was too much for the last one. */
const OWN = 'own'

/**
 * Undoes one event: what it did to its object and, where it deleted a user, what the groups lost by that. A step takes
 * 50 groups, the user before the first of them.
 */
export async function undoEvent(
  context: ScimContext,
  event: RestEvent,
  asked: Asked,
  next: string | undefined,
): Promise<Step> {
  if (next !== undefined && !isEventPlace(next)) throw notOurs(next)
  const ends = { until: context.db.clock() + STEP_MS, begun: context.now.toISOString() }
  const how = { ...asked, ...ends, netOf: async () => undefined }
  const own = await toTarget(context, event)
  const isOwnDue = next === undefined || next === OWN
  const rows = isOwnDue || how.dryRun ? await undoAll(context, [own], { ...how, returns: async () => false }) : []
  if (rows.some(({ goesOn }) => goesOn)) return { rows, next: OWN }
  if (!isDeletion(own.net)) return { rows, total: 1 }
  const isBack = rows.every(({ outcome }) => outcome !== 'refused')
  const after = isOwnDue ? undefined : next
  const { losses, next: further } = await listLosses(context.db, event, own.id, { after, limit: STEP })
  const targets = await Promise.all(losses.map((loss) => toTarget(context, loss)))
  const groups = await undoAll(context, targets, { ...how, returns: async (userId) => isBack && userId === own.id })
  const all = isOwnDue ? [...rows, ...groups] : groups
  return { rows: all, ...(further === undefined ? isOwnDue && { total: all.length } : { next: further }) }
}

async function toTarget(context: ScimContext, event: RestEvent): Promise<Target> {
  const kind = kindOf(context, event)
  if (!kind) throw new Error('An event of a user or a role has no type')
  const { resourceId: id = '', resourceName: name = '' } = event
  return { kind, id, name, net: await loadNet(context.db, kind.type, [[event]]) }
}

const kindOf = ({ types }: ScimContext, { resourceDomain }: RestEvent) =>
  kindsOf(types).find(({ type }) => type.auditWord === resourceDomain)
