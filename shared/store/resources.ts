import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { ResourceType } from '../scim/schema.ts'
import { batchGet } from './batch.ts'
import type { Db } from './client.ts'
import { collectionKey, resourceKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
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
export const getResources = (db: Db, account: string, type: ResourceType, ids: readonly string[]) =>
  getMany(db, account, type, ids, true)

/** As {@link getResources} at half the price; what was written a moment ago may not be seen. */
export const getResourcesLately = (db: Db, account: string, type: ResourceType, ids: readonly string[]) =>
  getMany(db, account, type, ids, false)

async function getMany(db: Db, account: string, type: ResourceType, ids: readonly string[], consistent: boolean) {
  const keys = [...new Set(ids)].map((id) => resourceKey(account, type, id))
  return toResources(type, await batchGet(db, keys, undefined, consistent))
}

/** Which part of a collection is wanted: behind an id, in the order of creation, and how many at most. */
export interface PageRange {
  after?: string | undefined
  limit: number
}

/** Access pattern R6: a page of all resources. Strongly consistent; 1 read unit per 4 KB. */
export async function listResourcePage(
  db: Db,
  account: string,
  type: ResourceType,
  { after, limit }: PageRange,
): Promise<StoredResource[]> {
  const found: StoredResource[] = []
  let place: string | undefined = after
  do {
    const { resources, reached } = await passResources(db, account, type, { after: place, limit: limit - found.length })
    found.push(...resources)
    place = reached
  } while (place !== undefined && found.length < limit)
  return found
}

/** What one query passed: the resources, how many items that took, and where it ended; undefined behind the last. */
export interface Passed {
  resources: StoredResource[]
  items: number
  reached: string | undefined
}

/** One query of a collection: at most `limit` items, or 1 MB of them, and of those what `owner` owns, if it is given. */
export async function passResources(
  db: Db,
  account: string,
  type: ResourceType,
  { after, between, limit, owner }: PageRange & { between?: readonly [first: string, last: string]; owner?: string },
): Promise<Passed> {
  const [first, last] = between ?? [after]
  const range = between ? ' AND sk BETWEEN :first AND :last' : first === undefined ? '' : ' AND sk > :first'
  const {
    Items = [],
    ScannedCount: items = 0,
    LastEvaluatedKey,
  } = await db.client.send(
    new QueryCommand({
      TableName: db.tableName,
      KeyConditionExpression: `pk = :pk${range}`,
      ...(owner !== undefined && {
        FilterExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
      }),
      ExpressionAttributeValues: {
        ':pk': collectionKey(account, type),
        ...(first !== undefined && { ':first': first }),
        ...(last !== undefined && { ':last': last }),
        ...(owner !== undefined && { ':owner': owner }),
      },
      Limit: limit,
      ConsistentRead: true,
    }),
  )
  return { resources: toResources(type, Items), items, reached: LastEvaluatedKey && String(LastEvaluatedKey.sk) }
}

/** Access pattern R9: the id of the `n`th resource, none where there are not so many; passes these and no more. */
export async function getIdAt(db: Db, account: string, type: ResourceType, n: number): Promise<string | undefined> {
  const keys = { ...ofPartition(collectionKey(account, type)), ProjectionExpression: 'sk' }
  const id = (await queryAll(db, keys, n))[n - 1]?.sk
  return typeof id === 'string' ? id : undefined
}
