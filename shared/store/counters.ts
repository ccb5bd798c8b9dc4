import { randomInt } from 'node:crypto'
import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import { type Collection, countKey } from './keys.ts'
import type { Action } from './transaction.ts'

/**
 * Counters are spread over this many items, since a create and a delete each move one inside their transaction and
 * transactions on one item cancel each other (docs/decisions/0003-counter-shards.md).
 */
export const COUNT_SHARDS = 64

/** Moves the count of a type by `delta`: of everybody's objects and of the owner's, in one item. */
export function moveCountAction(account: string, type: Collection, owner: string, delta: 1 | -1): Action {
  return {
    Update: {
      Key: { pk: countKey(account, type), sk: String(randomInt(COUNT_SHARDS)).padStart(3, '0') },
      UpdateExpression: 'ADD #all :delta, #own :delta',
      ExpressionAttributeNames: { '#all': 'all', '#own': ownName(owner) },
      ExpressionAttributeValues: { ':delta': delta },
    },
  }
}

/** Objects of a type: all of the account, or those of one owner. One consistent Query, at most 3 read units. */
export async function countResources(db: Db, account: string, type: Collection, owner?: string): Promise<number> {
  const { Items = [] } = await db.client.send(
    new QueryCommand({
      TableName: db.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': countKey(account, type) },
      ConsistentRead: true,
    }),
  )
  const name = owner === undefined ? 'all' : ownName(owner)
  return Items.reduce((sum, item) => sum + (typeof item[name] === 'number' ? item[name] : 0), 0)
}

const ownName = (owner: string) => `own#${owner}`
