import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { foldName } from '../scim/identifier.ts'
import { MAX_NAME_BYTES } from '../scim/limits.ts'
import { batchGet } from './batch.ts'
import { type LookupAttribute, lookupValue } from './claims.ts'
import type { Db } from './client.ts'
import {
  collectionKey,
  lookupCollectionKey,
  nameCollectionKey,
  nameKey,
  type ResourceName,
  resourceKey,
} from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import { type StoredResource, toResource, toResources } from './resource-item.ts'

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
  const items = await queryAll(db, ofPartition(pk))
  return items.map(({ sk }) => String(sk))
}

/**
 * Access pattern R5: ids whose unique name begins with `prefix`, in the order of the names, `limit` at most.
 * Strongly consistent; 1 read unit for some 40 names.
 */
export async function listIdsByNamePrefix(db: Db, account: string, type: ResourceName, prefix: string, limit: number) {
  const folded = foldName(prefix)
  if (Buffer.byteLength(folded) > MAX_NAME_BYTES) return []
  const items = await queryAll(db, ofPartition(nameCollectionKey(account, type), folded), limit)
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
