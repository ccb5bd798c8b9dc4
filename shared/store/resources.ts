import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { RestEvent } from '../audit/rest-event.ts'
import { foldName } from '../scim/identifier.ts'
import { MAX_NAME_BYTES } from '../scim/limits.ts'
import { batchGet } from './batch.ts'
import { claimName, type LookupAttribute, lookupValue, moveLookups, nameOf, releaseName } from './claims.ts'
import type { Db } from './client.ts'
import { moveCount } from './counters.ts'
import { eventPut } from './events.ts'
import {
  collectionKey,
  lookupCollectionKey,
  nameCollectionKey,
  nameKey,
  type ResourceName,
  resourceKey,
} from './keys.ts'
import { type StoredResource, toResource, toResourceItem, toResources } from './resource-item.ts'
import { type Action, ConditionsFailed, transact } from './transaction.ts'

/** Another resource holds the unique name. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken'
}

/** Somebody changed or deleted the object since it was read: read it again. */
export class LostRace extends Error {
  override readonly name = 'LostRace'
}

/** Access pattern R1: one resource by id. Strongly consistent; 1 read unit per 4 KB. */
export async function getResource(
  db: Db,
  account: string,
  type: ResourceName,
  id: string,
): Promise<StoredResource | undefined> {
  const Key = resourceKey(account, type, id)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && toResource(type, Item)
}

/** Access pattern R2: many resources by id, those that exist. Strongly consistent; 1 read unit per 4 KB each. */
export async function getResources(db: Db, account: string, type: ResourceName, ids: string[]) {
  const keys = [...new Set(ids)].map((id) => resourceKey(account, type, id))
  const items = await batchGet(db, keys)
  return toResources(type, items)
}

/** Access pattern R3: the id that holds a unique name. Strongly consistent; 1 read unit. */
export async function getIdByName(db: Db, account: string, type: ResourceName, name: string) {
  const Key = nameKey(account, type, foldName(name))
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return typeof Item?.id === 'string' ? Item.id : undefined
}

/** Access pattern R4: ids by a looked-up attribute, which need not be unique. Strongly consistent; 1 read unit. */
export async function listIdsByLookup(
  db: Db,
  account: string,
  type: ResourceName,
  attribute: LookupAttribute,
  value: string,
): Promise<string[]> {
  const pk = lookupCollectionKey(account, type, attribute, lookupValue(attribute, value))
  return queryAll(db, 'pk = :pk', { ':pk': pk }, Number.POSITIVE_INFINITY).then((items) =>
    items.map((item) => String(item.sk)),
  )
}

/**
 * Access pattern R5: ids whose unique name begins with `prefix`, in the order of the names, `limit` at most.
 * Strongly consistent; 1 read unit for some 40 names.
 */
export async function listIdsByNamePrefix(db: Db, account: string, type: ResourceName, prefix: string, limit: number) {
  const folded = foldName(prefix)
  if (Buffer.byteLength(folded) > MAX_NAME_BYTES) return []
  const values = { ':pk': nameCollectionKey(account, type), ':prefix': folded }
  const items = await queryAll(db, 'pk = :pk AND begins_with(sk, :prefix)', values, limit)
  return items.map((item) => String(item.id))
}

export interface ResourcePage {
  resources: StoredResource[]
  /** Whether there may be more behind the last one. */
  more: boolean
}

/**
 * Access pattern R6: resources in the order they were created, behind `after`, at most `limit`; with `owner` only
 * that role's. Strongly consistent; 1 read unit per 4 KB of everything passed.
 */
export async function listResourcePage(
  db: Db,
  account: string,
  type: ResourceName,
  { after, limit, owner }: { after?: string | undefined; limit: number; owner?: string | undefined },
): Promise<ResourcePage> {
  const resources: StoredResource[] = []
  let start = after === undefined ? undefined : resourceKey(account, type, after)
  let scanLimit = limit
  do {
    const { Items = [], LastEvaluatedKey } = await db.client.send(
      new QueryCommand({
        TableName: db.tableName,
        KeyConditionExpression: 'pk = :pk',
        ...ownedBy(collectionKey(account, type), owner),
        Limit: scanLimit,
        ...(start && { ExclusiveStartKey: start }),
        ConsistentRead: true,
      }),
    )
    resources.push(...toResources(type, Items))
    start = LastEvaluatedKey as typeof start
    // Where few objects are this owner's, longer strides save round trips.
    scanLimit = Math.min(MAX_STRIDE, scanLimit * 2)
  } while (start && resources.length < limit)
  return { resources: resources.slice(0, limit), more: start !== undefined || resources.length > limit }
}

const MAX_STRIDE = 1000

function ownedBy(pk: string, owner: string | undefined) {
  if (owner === undefined) return { ExpressionAttributeValues: { ':pk': pk } }
  return {
    FilterExpression: '#owner = :owner',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':pk': pk, ':owner': owner },
  }
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

/** All items of a key condition, page after page, `limit` at most. */
export async function queryAll(
  db: Db,
  KeyConditionExpression: string,
  ExpressionAttributeValues: Record<string, unknown>,
  limit: number,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  let start: Record<string, unknown> | undefined
  do {
    const page = await db.client.send(
      new QueryCommand({
        TableName: db.tableName,
        KeyConditionExpression,
        ExpressionAttributeValues,
        ConsistentRead: true,
        ...(Number.isFinite(limit) && { Limit: limit - items.length }),
        ...(start && { ExclusiveStartKey: start }),
      }),
    )
    items.push(...(page.Items ?? []))
    start = page.LastEvaluatedKey
  } while (start && items.length < limit)
  return items
}
