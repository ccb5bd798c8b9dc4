import type { RestEvent } from '../audit/rest-event.ts'
import { foldName } from '../scim/identifier.ts'
import { claimName, moveLookups, nameOf, releaseName } from './claims.ts'
import type { Db } from './client.ts'
import { moveCount } from './counters.ts'
import { eventPut } from './events/write.ts'
import { resourceKey } from './keys.ts'
import { type StoredResource, toResourceItem } from './resource-item.ts'
import { type Action, ConditionsFailed, transact } from './transaction.ts'

/** Another resource holds the unique name. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken'
}

/** Somebody changed or deleted the object since it was read: read it again. */
export class LostRace extends Error {
  override readonly name = 'LostRace'
}

/**
 * Access pattern W1: stores a new resource with its claims, its count and its REST event, all or nothing.
 * @throws {NameTaken} when the name belongs to another resource.
 */
export async function createResource(db: Db, account: string, resource: StoredResource, event: RestEvent) {
  return createWith(db, account, resource, event, [])
}

/** As {@link createResource}, with further actions in the same transaction; their failures stay `ConditionsFailed`. */
export async function createWith(
  db: Db,
  account: string,
  resource: StoredResource,
  event: RestEvent,
  further: Action[],
): Promise<void> {
  const actions: Action[] = [
    { Put: { Item: toResourceItem(account, resource), ConditionExpression: 'attribute_not_exists(pk)' } },
    claimName(account, resource),
    moveCount(account, resource.type, resource.owner, 1),
    eventPut(db, event),
    ...moveLookups(account, undefined, resource),
    ...further,
  ]
  try {
    await transact(db, actions, event.eventId)
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    const holder = error.failures.get(1)
    if (holder?.eventId === resource.eventId && holder.id === resource.id) return
    if (holder) throw new NameTaken()
    throw error
  }
}

/**
 * Access pattern W2: stores `after` over `before` with moved claims and its REST event, all or nothing.
 * @throws {LostRace} when `before` is no longer current. @throws {NameTaken}
 */
export async function replaceResource(
  db: Db,
  account: string,
  before: StoredResource,
  after: StoredResource,
  event: RestEvent,
): Promise<void> {
  const move = moveName(account, before, after)
  const actions = [
    putVersion(account, before, after),
    ...move,
    eventPut(db, event),
    ...moveLookups(account, before, after),
  ]
  try {
    await transact(db, actions, `${event.eventId}:${after.version}`)
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    if (error.failures.get(0)?.eventId === after.eventId && after.eventId !== before.eventId) return
    if (error.failures.has(0)) throw new LostRace('', { cause: error })
    throw new NameTaken('', { cause: error })
  }
}

/** Puts `after` where `before` is still the current version. */
export function putVersion(account: string, before: StoredResource, after: StoredResource): Action {
  return {
    Put: {
      Item: toResourceItem(account, after),
      ConditionExpression: '#version = :version AND #owner = :owner',
      ExpressionAttributeNames: { '#version': 'version', '#owner': 'owner' },
      ExpressionAttributeValues: { ':version': before.version, ':owner': before.owner },
    },
  }
}

/** Claims the new name and frees the old one, where they differ once folded. */
export function moveName(account: string, before: StoredResource, after: StoredResource): Action[] {
  const [oldName, newName] = [before, after].map(({ type, attributes }) => foldName(nameOf(type, attributes)))
  return oldName === newName ? [] : [claimName(account, after), releaseName(account, before)]
}

/** The actions that remove a resource: itself, its claims, its count. */
export function deleteActions(account: string, before: StoredResource): Action[] {
  return [
    {
      Delete: {
        Key: resourceKey(account, before.type, before.id),
        ConditionExpression: '#version = :version AND #owner = :owner',
        ExpressionAttributeNames: { '#version': 'version', '#owner': 'owner' },
        ExpressionAttributeValues: { ':version': before.version, ':owner': before.owner },
      },
    },
    releaseName(account, before),
    moveCount(account, before.type, before.owner, -1),
    ...moveLookups(account, before),
  ]
}
