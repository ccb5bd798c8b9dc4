import type { RestEvent } from '../audit/rest-event.ts'
import { claimNameAction, isReserved, moveLookupActions, moveNameActions, releaseNameAction } from './claims.ts'
import type { Db } from './client.ts'
import { moveCountAction } from './counters.ts'
import { putDeletionAction } from './deletions.ts'
import { recordActions } from './events/kept.ts'
import { deleteVersionAction, putNewResourceAction, putVersionAction, type StoredResource } from './resource-item.ts'
import { type Action, type Actions, ConditionsFailed, transact } from './transaction.ts'

/** Another resource holds the unique name. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken'
}

/** The unique name is that of a provisioner role, which no group may have. */
export class NameReserved extends Error {
  override readonly name = 'NameReserved'
}

/** Somebody changed or deleted the object since it was read: read it again. */
export class LostRace extends Error {
  override readonly name = 'LostRace'
}

/**
 * Access pattern W1: stores a new resource with its claims, its count and its REST event, all or nothing; `further`
 * actions join the transaction, and their failures stay `ConditionsFailed`.
 * @throws {NameTaken} when the name belongs to another resource. @throws {NameReserved} when it is a role's.
 */
export async function putNewResource(
  db: Db,
  account: string,
  resource: StoredResource,
  event: RestEvent,
  further: Actions = {},
): Promise<undefined> {
  const actions = {
    resource: putNewResourceAction(account, resource),
    name: claimNameAction(account, resource),
    count: moveCountAction(account, resource.type, resource.owner, 1),
    ...recordActions(db, event),
    ...moveLookupActions(account, undefined, resource),
    ...further,
  }
  try {
    await transact(db, actions, event.eventId)
  } catch (error) {
    throw translate(error)
  }
}

/** A resource's next version and what goes with it. */
export interface VersionWrite {
  before: StoredResource
  after: StoredResource
  /** Writes the resource; that of `before` being current, if not given. */
  resource?: Action
  /** Join the transaction; their failures stay `ConditionsFailed`. */
  further?: Actions
  /** Tells attempts apart that would write the same version differently. */
  attempt?: string
}

/**
 * Access pattern W2: stores `after` over `before` with moved claims and its REST event, all or nothing.
 * @throws {LostRace} when `before` is no longer current. @throws {NameTaken} @throws {NameReserved}
 */
export async function putVersion(db: Db, account: string, write: VersionWrite, event: RestEvent): Promise<undefined> {
  const { before, after, resource = putVersionAction(account, before, after), further, attempt = '' } = write
  const actions = {
    resource,
    ...moveNameActions(account, before, after),
    ...recordActions(db, event),
    ...moveLookupActions(account, before, after),
    ...further,
  }
  try {
    await transact(db, actions, `${event.eventId}:${after.version}:${before.applying}${attempt}`)
  } catch (error) {
    throw translate(error)
  }
}

function translate(error: unknown): unknown {
  if (!(error instanceof ConditionsFailed)) return error
  const { failures } = error
  if (failures.has('resource')) return new LostRace('', { cause: error })
  if (isReserved(failures.get('name'))) return new NameReserved('', { cause: error })
  return failures.has('name') || failures.has('oldName') ? new NameTaken('', { cause: error }) : error
}

/**
 * Access pattern W5: deletes a resource with its claims, its count and its REST event, all or nothing.
 * @throws {LostRace} when it, or what is deleted with it, is no longer what was read.
 */
export async function deleteResource(
  db: Db,
  account: string,
  before: StoredResource,
  event: RestEvent,
  further: Actions = {},
): Promise<undefined> {
  const actions = {
    resource: deleteVersionAction(account, before),
    name: releaseNameAction(account, before),
    count: moveCountAction(account, before.type, before.owner, -1),
    ...recordActions(db, event),
    deletion: putDeletionAction(db, before, event),
    ...moveLookupActions(account, before),
    ...further,
  }
  try {
    await transact(db, actions, `${event.eventId}:${before.version}:${before.applying}`)
  } catch (error) {
    throw error instanceof ConditionsFailed ? new LostRace('', { cause: error }) : error
  }
}
