import type { RestEvent } from '../../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { Db } from '../../store/client.ts'
import { getKept } from '../../store/events/kept.ts'
import { listIntents } from '../../store/groups/intents.ts'
import { unpackDelta } from '../../store/groups/packed-delta.ts'
import { type Effect, isWhole, toEffect } from './net-effect.ts'
import { Refused } from './refused.ts'

/**
 * What an event did, all of it: what it could not hold is kept beside it or, of a change of members that is not applied
 * yet, with its intents, which are read first: they are kept when they go.
 * @throws {Refused} where that is no longer so.
 */
export async function loadEffect(db: Db, event: RestEvent): Promise<Effect> {
  const { account, eventId, resourceId = '', changes = [], kept } = event
  if (!kept) return requireWhole(event, toEffect(changes, []))
  const isGroup = event.resourceDomain === RESOURCE_TYPES.Group.auditWord
  const intents = isGroup ? await listIntents(db, account, resourceId) : []
  const { changes: all = changes, members } = await getKept(db, { account, eventId })
  const open = intents.filter(({ cause }) => cause.eventId === eventId)
  return requireWhole({ ...event, changes: all }, toEffect(all, [...open, ...members.map(unpackDelta)]))
}

function requireWhole({ eventId, changes = [] }: RestEvent, effect: Effect): Effect {
  if (isWhole(changes, effect)) return effect
  throw new Refused(`what event ${eventId} replaced is not kept in full`)
}
