import { changesBetween } from '../../shared/audit/changes.ts'
import type { Change, RestEvent } from '../../shared/audit/rest-event.ts'
import { changesOf } from '../../shared/resources/undo/commit-back.ts'
import { hasMembers, type ResourceType } from '../../shared/scim/schema.ts'
import { batchGet } from '../../shared/store/batch.ts'
import { claimsOf, lookupKeys, nameOf } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { moveCountAction, passCountAction } from '../../shared/store/counters.ts'
import { putDeletionAction } from '../../shared/store/deletions.ts'
import { recordActions } from '../../shared/store/events/kept.ts'
import { fitsTransaction, memberActions } from '../../shared/store/groups/change.ts'
import { getHead, headKey, leaveGroupAction, tombstoneAction } from '../../shared/store/groups/heads.ts'
import { listIntents } from '../../shared/store/groups/intents.ts'
import type { MemberDelta } from '../../shared/store/groups/member-item.ts'
import { queueActions } from '../../shared/store/groups/queue.ts'
import type { Key } from '../../shared/store/keys.ts'
import { newId } from '../../shared/store/new-id.ts'
import {
  deleteVersionAction,
  orderOf,
  putNewResourceAction,
  putVersionAction,
  type StoredResource,
} from '../../shared/store/resource-item.ts'
import { type Action, type Actions, transact } from '../../shared/store/transaction.ts'
import { besideActions } from '../mend/mend.ts'
import { JUMP, REPAIR } from './history.ts'

/** Where a repair writes, and who does it. */
export interface Place {
  /** Of the region that is primary: what it writes goes by the fence. */
  db: Db
  account: string
  actor: string
}

/** What an event of a repair is about. */
type About = Pick<RestEvent, 'resourceDomain' | 'resourceId' | 'resourceName'>

/** The event of one repair. */
export function toRepairEvent(
  { db, account, actor }: Place,
  about: About,
  { detail, cause, changes = [] }: { detail: string; cause?: string | undefined; changes?: Change[] },
): RestEvent {
  const now = new Date(db.clock())
  return {
    ...{ eventId: newId(now), account, time: now.toISOString(), type: 'ADMIN', method: REPAIR, endpoint: 'failover' },
    ...{ status: 200, actorName: actor, actorDomain: 'IAM', clientIp: 'none', ...about, detail },
    ...(cause && { cause }),
    ...(changes.length > 0 && { changes }),
  }
}

export const aboutOf = (resource: Pick<StoredResource, 'type' | 'id' | 'attributes'>): About => ({
  ...{ resourceDomain: resource.type.auditWord, resourceId: resource.id, resourceName: nameOf(resource) },
})

/** A version of an object that a repair makes. */
export interface Made {
  before: StoredResource | undefined
  /** With the version that it is to have. */
  after: StoredResource
  /** The last version that is known of. */
  known: number
  delta: MemberDelta
  detail: string
  cause: string | undefined
  /** Whose a name is from now on that it gives up. */
  heir?: StoredResource
}

/**
 * Writes a version of an object with what belongs to it and the event of the repair, all or nothing. Names that others
 * have stay theirs. @throws {ConditionsFailed} where something is not as it was read.
 */
export async function commitMade(
  place: Place,
  { before, after: wanted, known, delta, detail, cause, heir }: Made,
): Promise<void> {
  const { db, account } = place
  const { type, id } = wanted
  const changes = [
    ...changesBetween(before?.attributes, wanted.attributes),
    ...ownerChange(before, wanted),
    ...changesOf(delta),
    ...(wanted.version > known + 1 ? [{ attribute: JUMP, before: known, after: wanted.version }] : []),
  ]
  const event = toRepairEvent(place, aboutOf(wanted), { detail, cause, changes })
  const isQueued = hasMembers(type) && (await mustQueue(db, account, id, { before, delta }))
  const stamp = { lastModified: event.time, eventId: event.eventId }
  const after = { ...wanted, ...stamp, ...(isQueued && { applying: wanted.version }) }
  const members = isQueued
    ? queueActions(db, account, after, delta, event, 'unbounded')
    : memberActions(db, after, delta, event)
  const actions: Actions = {
    resource: before ? putVersionAction(account, before, after) : putNewResourceAction(account, after),
    ...(!before && { count: moveCountAction(account, type, after.owner, 1) }),
    ...(before && before.owner !== after.owner
      ? { count: passCountAction(account, type, before.owner, after.owner, db.clock()) }
      : {}),
    ...(await leftBesideActions(db, account, before, after)),
    ...(before && heir && inherited(account, { before, after }, heir)),
    ...(await besideActions(db, account, after)),
    ...recordActions(db, { ...event, ...orderOf(after), ...(!before && { act: 'created' as const }) }),
    ...(before ? {} : await reviveActions(db, account, type, id)),
    ...members,
  }
  await transact(db, actions, event.eventId)
}

const ownerChange = (before: StoredResource | undefined, { owner }: StoredResource): Change[] =>
  before && before.owner !== owner ? [{ attribute: 'owner', before: before.owner, after: owner }] : []

/** What is queued already comes first. */
async function mustQueue(
  db: Db,
  account: string,
  id: string,
  { before, delta }: Pick<Made, 'before' | 'delta'>,
): Promise<boolean> {
  if (!fitsTransaction(delta)) return true
  if (before?.applying !== undefined) return true
  return (await listIntents(db, account, id, 1)).length > 0
}

/** What stands beside an object, and is its own no more: names that are kept for it, and what it was looked up by. */
async function leftBesideActions(
  db: Db,
  account: string,
  before: StoredResource | undefined,
  after: StoredResource | undefined,
): Promise<Actions> {
  if (!before) return {}
  const [old, wanted] = [before, after].map((one) => (one ? namesAndLookups(account, one) : new Map<string, Key>()))
  const isWanted = ({ pk, sk }: Key) => [...(wanted ?? [])].some(([, key]) => key.pk === pk && key.sk === sk)
  const left = [...(old ?? [])].filter(([, key]) => !isWanted(key))
  const held = await batchGet(
    db,
    left.map(([, key]) => key),
  )
  return Object.fromEntries(
    left.flatMap(([name, key]): [string, Action][] => {
      const item = held.find(({ pk, sk }) => pk === key.pk && sk === key.sk)
      if (!item || (item.id !== undefined && item.id !== before.id)) return []
      const isOurs =
        item.id === undefined
          ? {}
          : { ConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': before.id } }
      return [[`old-${name}`, { Delete: { Key: key, ...isOurs } }]]
    }),
  )
}

const namesAndLookups = (account: string, resource: StoredResource): Map<string, Key> =>
  new Map([...claimsOf(account, resource), ...lookupKeys(account, resource)])

/** Nothing hides an object that is made again, nor takes away what it has. */
async function reviveActions(db: Db, account: string, type: ResourceType, id: string): Promise<Actions> {
  const work = { account, kind: hasMembers(type) ? ('GROUP' as const) : ('USER' as const), id }
  const head = await getHead(db, work)
  if (!head || (head.kind === 'GROUP' && !head.deleted)) return {}
  const isSame = { ConditionExpression: 'epoch = :epoch', ExpressionAttributeValues: { ':epoch': head.epoch } }
  return { tombstone: { Delete: { Key: headKey(work), ...isSame } } }
}

/**
 * Deletes an object as its owner would: its memberships are left to the worker, and its event keeps it whole, so that it can
 * be brought back. A name of it goes to `heir`. @throws {ConditionsFailed}
 */
export async function commitDelete(
  place: Place,
  before: StoredResource,
  { detail, cause, version, heir }: { detail: string; cause?: string; version: number; heir?: StoredResource },
): Promise<void> {
  const { db, account } = place
  const { type, id } = before
  const changes = changesBetween(before.attributes, undefined)
  const event = toRepairEvent(place, aboutOf(before), { detail, cause, changes })
  const gone = { ...before, version }
  const isGroup = hasMembers(type)
  const now = db.clock()
  const left = isGroup ? leaveGroupAction(account, id, version, event, now) : tombstoneAction(account, id, event, now)
  const actions: Actions = {
    resource: deleteVersionAction(account, before),
    ...(await leftBesideActions(db, account, before, undefined)),
    count: moveCountAction(account, type, before.owner, -1),
    ...recordActions(db, { ...event, ...orderOf(gone), act: 'deleted', ...(isGroup && { kept: 1 }) }),
    deletion: putDeletionAction(db, { ...before, version: version - 1 }, event),
    left,
    ...(heir && inherited(account, { before, after: undefined }, heir)),
  }
  await transact(db, actions, event.eventId)
}

/** Names that both had and one of them has no more: they are the other's, whoever of both held them. */
function inherited(
  account: string,
  { before, after }: { before: StoredResource; after: StoredResource | undefined },
  heir: StoredResource,
): Actions {
  const [own, kept] = [before, after].map((one) => new Map(one ? claimsOf(account, one) : []))
  const both = [...claimsOf(account, heir)].filter(
    ([name, { sk }]) => own?.get(name)?.sk === sk && kept?.get(name)?.sk !== sk,
  )
  const { id, owner, eventId } = heir
  const holds = {
    ConditionExpression: 'attribute_not_exists(pk) OR id IN (:id, :heir)',
    ExpressionAttributeValues: { ':id': before.id, ':heir': id },
  }
  return Object.fromEntries(
    both.map(([name, key]) => [`old-${name}`, { Put: { Item: { ...key, id, owner, eventId }, ...holds } }]),
  )
}
