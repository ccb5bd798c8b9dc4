import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { ResourceType } from '../scim/schema.ts'
import { batchGet } from './batch.ts'
import type { Db } from './client.ts'
import { collectionKey, resourceKey } from './keys.ts'
import { type StoredResource, toResource, toResources } from './resource-item.ts'

/** Access pattern R1: one resource by id. Strongly consistent; 1 read unit per 4 KB. */
export async function getResource(
  db: Db,
  account: string,
  type: ResourceType,
  id: string,
): Promise<StoredResource | undefined> {
  const Key = resourceKey(account, type, id)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && toResource(type, Item)
}

/** Access pattern R2: many resources by id, those that exist. Strongly consistent; 1 read unit per 4 KB each. */
export async function getResources(db: Db, account: string, type: ResourceType, ids: string[]) {
  const keys = [...new Set(ids)].map((id) => resourceKey(account, type, id))
  const items = await batchGet(db, keys)
  return toResources(type, items)
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
  type: ResourceType,
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
