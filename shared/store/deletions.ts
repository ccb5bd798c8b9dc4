import { createHash } from 'node:crypto'
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import type { RestEvent } from '../audit/rest-event.ts'
import { foldName } from '../scim/fold.ts'
import type { ResourceType } from '../scim/schema.ts'
import { nameOf } from './claims.ts'
import type { Db } from './client.ts'
import { type EventTable, ttlOf } from './events/item.ts'
import { type Key, keptCollectionKey, keptKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import type { StoredResource } from './resource-item.ts'
import type { Action } from './transaction.ts'

/** What a deleted resource was besides its attributes, which the event of its delete holds. */
export interface Deletion {
  id: string
  owner: string
  created: string
  /** The last one it had. */
  version: number
  /** Its last turn, if it had one. */
  turn?: number | undefined
  /** What administrators had changed of it by hand, as {@link StoredResource.direct}. */
  direct?: StoredResource['direct']
  /** The delete's event. */
  time: string
  eventId: string
}

const stored = z.object({
  ...{ id: z.string(), owner: z.string(), created: z.string(), version: z.number() },
  turn: z.optional(z.number()),
  direct: z.optional(z.record(z.string(), z.string())),
  ...{ time: z.string(), eventId: z.string(), ttl: z.number() },
})

/** Keeps what a resource was, under the name it had, for as long as the event of its delete. 2 write units. */
export function putDeletionAction(table: EventTable, resource: StoredResource, event: RestEvent): Action {
  const { type, id, owner, created, version, turn, direct } = resource
  const { account, time, eventId } = event
  const more = { ...(turn !== undefined && { turn }), ...(direct && { direct }) }
  const deletion: Deletion = { id, owner, created, version, time, eventId, ...more }
  const key = deletionKey(account, type, { id, name: nameOf(resource) })
  return { Put: { Item: { ...key, ttl: ttlOf(table, time), ...deletion } } }
}

/** Where it is kept. */
export const deletionKey = (account: string, type: ResourceType, { name, id }: Record<'name' | 'id', string>): Key =>
  keptKey(account, deletedOf(type), `${hashOf(name)}#${id}`)

/** Access pattern E9: what was kept of a resource that was deleted under this name. Strongly consistent; 1 read unit. */
export async function getDeletion(
  db: Db,
  account: string,
  type: ResourceType,
  { name, id }: { name: string; id: string },
): Promise<Deletion | undefined> {
  const Key = deletionKey(account, type, { id, name })
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && toDeletion(db, Item)
}

/** Access pattern E10: those that were deleted under a name, in any letter case. Strongly consistent; 1 read unit for some 16. */
export async function listDeletions(db: Db, account: string, type: ResourceType, name: string) {
  const items = await queryAll(db, ofPartition(keptCollectionKey(account, deletedOf(type)), `${hashOf(name)}#`))
  return items.flatMap((item) => toDeletion(db, item) ?? [])
}

/** TTL deletes late. */
function toDeletion({ clock }: Db, item: Record<string, unknown>): Deletion | undefined {
  const { success, data } = stored.safeParse(item)
  if (!success || data.ttl * 1000 <= clock()) return undefined
  const { ttl: _, ...deletion } = data
  return deletion
}

/** No text of a client stands in these keys, whose pattern functions are granted. */
const hashOf = (name: string): string => createHash('sha256').update(foldName(name)).digest('hex')

/** Beside the events' own; no name that ends as a collection's does, which other patterns would fit. */
const deletedOf = ({ collection }: ResourceType): string => `DELETED.${collection}`
