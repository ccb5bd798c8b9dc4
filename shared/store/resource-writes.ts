import type { RestEvent } from '../audit/rest-event.ts'
import type { ResourceType } from '../scim/schema.ts'
import { COUNT, type Count, countActions } from './brake/hour.ts'
import {
  attributeOfClaim,
  claimNameActions,
  type Holder,
  isReserved,
  moveLookupActions,
  moveNameActions,
  releaseNameActions,
  toHolder,
} from './claims.ts'
import type { Db } from './client.ts'
import { moveCountAction } from './counters.ts'
import { putDeletionAction } from './deletions.ts'
import { recordActions } from './events/kept.ts'
import {
  deleteVersionAction,
  nextTurn,
  orderOf,
  putNewResourceAction,
  putVersionAction,
  type StoredResource,
} from './resource-item.ts'
import { type Action, type Actions, ConditionsFailed, transact } from './transaction.ts'
import { ACCOUNT, accountGone, withinAccountActions } from './within-account.ts'

/** Another resource holds a name. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken'
  /** The attribute whose value it is. */
  readonly attribute: string
  /** Which, where its claim was met. */
  readonly holder: Holder | undefined

  constructor(attribute: string, holder: Holder | undefined, options: ErrorOptions) {
    super('The name is taken', options)
    this.attribute = attribute
    this.holder = holder
  }
}

/** The unique name is that of a provisioner role, which no group may have. */
export class NameReserved extends Error {
  override readonly name = 'NameReserved'
}

/** Somebody changed or deleted the object since it was read: read it again. */
export class LostRace extends Error {
  override readonly name = 'LostRace'
}

/** Others have counted where there was room for this change: look again where there is. */
export class CountMoved extends Error {
  override readonly name = 'CountMoved'
}

/**
 * Access pattern W1: stores a new resource with its claims, its count and its REST event, all or nothing; `further`
 * actions join the transaction, and their failures stay `ConditionsFailed`. The account of a client stays while its
 * integration is there; that of what an administrator makes, or brings back, is held by the transaction itself.
 * @throws {NameTaken} when the name belongs to another resource. @throws {NameReserved} when it is a role's.
 * @throws {ScimError} 404 when the account is gone.
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
    ...claimNameActions(account, resource),
    count: moveCountAction(account, resource.type, resource.owner, 1),
    ...recordActions(db, { ...event, ...orderOf(resource), act: 'created' }),
    ...moveLookupActions(account, undefined, resource),
    ...(event.type === 'ADMIN' && withinAccountActions(account)),
    ...further,
  }
  try {
    await transact(db, actions, event.eventId)
  } catch (error) {
    if (error instanceof ConditionsFailed && error.failures.has(ACCOUNT)) throw accountGone(account)
    throw translate(error, resource.type)
  }
}

/** A resource's next version and what goes with it. */
export interface VersionWrite {
  before: StoredResource
  after: StoredResource
  /** Writes the resource at this turn, whatever its version; if not given, `before` must be current. */
  touch?: ((turn: number) => Action) | undefined
  /** Join the transaction; their failures stay `ConditionsFailed`. */
  further?: Actions
  /** What it counts on the brake. */
  count?: Count | undefined
  /** Tells attempts apart that would write the same version differently. */
  attempt?: string
}

/**
 * Access pattern W2: stores `after` over `before` with moved claims and its REST event, all or nothing.
 * @throws {LostRace} when `before` is no longer current. @throws {NameTaken} @throws {NameReserved} @throws {CountMoved}
 */
export async function putVersion(db: Db, account: string, write: VersionWrite, event: RestEvent): Promise<undefined> {
  const { before, after, touch, further, count, attempt = '' } = write
  const toActions = (): Actions => {
    const turn = nextTurn(db.clock(), before)
    return {
      resource: touch?.(turn) ?? putVersionAction(account, before, after),
      ...moveNameActions(account, before, after),
      ...recordActions(db, { ...event, ...(touch ? { turn } : orderOf(after)) }),
      ...moveLookupActions(account, before, after),
      ...further,
      ...(count && countActions(count)),
    }
  }
  try {
    await transact(db, toActions, `${attemptOf(event, after.version, before, count)}${attempt}`)
  } catch (error) {
    throw translate(error, after.type)
  }
}

function translate(error: unknown, type: ResourceType): unknown {
  if (!(error instanceof ConditionsFailed)) return error
  const { failures } = error
  if (failures.has('resource')) return new LostRace('', { cause: error })
  if (failures.has(COUNT)) return new CountMoved('', { cause: error })
  if (isReserved(failures.get('name'))) return new NameReserved('', { cause: error })
  const [taken] = [...failures].flatMap(([action, claim]) => {
    const attribute = attributeOfClaim(type, action.replace(/^old-/, ''))
    return attribute === undefined ? [] : [{ attribute, holder: toHolder(claim) }]
  })
  return taken ? new NameTaken(taken.attribute, taken.holder, { cause: error }) : error
}

/**
 * Access pattern W5: deletes a resource with its claims, its count and its REST event, all or nothing.
 * @throws {LostRace} when it, or what is deleted with it, is no longer what was read. @throws {CountMoved}
 */
export async function deleteResource(
  db: Db,
  account: string,
  before: StoredResource,
  event: RestEvent,
  further: Actions = {},
  count?: Count,
): Promise<undefined> {
  const gone = { ...before, version: before.version + 1 }
  const actions = {
    resource: deleteVersionAction(account, before),
    ...releaseNameActions(account, before),
    count: moveCountAction(account, before.type, before.owner, -1),
    ...recordActions(db, { ...event, ...orderOf(gone), act: 'deleted' }),
    deletion: putDeletionAction(db, before, event),
    ...moveLookupActions(account, before),
    ...further,
    ...(count && countActions(count)),
  }
  try {
    await transact(db, actions, attemptOf(event, before.version, before, count))
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    const { failures } = error
    const Lost = failures.has(COUNT) && !failures.has('resource') ? CountMoved : LostRace
    throw new Lost('', { cause: error })
  }
}

/** Tells the transactions of one request apart: DynamoDB refuses other actions under the same token. */
const attemptOf = ({ eventId }: RestEvent, version: number, { applying }: StoredResource, count?: Count): string =>
  [eventId, version, applying, count?.place.shard, count?.place.cap].join(':')
