import type { Db } from './client.ts'
import { type Collection, movedKey, movedPartition } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import type { Action } from './transaction.ts'

/** The item is of use for seconds; TTL may delete it days later. */
const KEPT_SECONDS = 3600

/** That an object came to an owner: for lists of what it owns, while the index may not tell it. 2 write units. */
export const putMovedAction = (account: string, type: Collection, owner: string, id: string, at: number): Action => ({
  Put: { Item: { ...movedKey(account, type, owner, at, id), id, ttl: Math.floor(at / 1000) + KEPT_SECONDS } },
})

/** Access pattern R11: ids of what came to an owner since an instant, in epoch ms. Consistent; 1 read unit for some 40. */
export async function listMovedIds(
  db: Db,
  account: string,
  type: Collection,
  owner: string,
  since: number,
): Promise<string[]> {
  const { KeyConditionExpression, ExpressionAttributeValues } = ofPartition(movedPartition(account, type, owner))
  const items = await queryAll(db, {
    KeyConditionExpression: `${KeyConditionExpression} AND sk >= :since`,
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ':since': movedKey(account, type, owner, since, '0').sk,
    },
    ConsistentRead: true,
  })
  return items.map(({ id }) => String(id))
}
