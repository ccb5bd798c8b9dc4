import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import { ACCOUNTS, accountKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'

/** Makes the account unless it is there; a part of the transaction that makes its first integration. */
export function ensureAccountAction(account: string, now: Date) {
  return {
    Update: {
      Key: accountKey(account),
      UpdateExpression: 'SET createdAt = if_not_exists(createdAt, :now)',
      ExpressionAttributeValues: { ':now': now.toISOString() },
    },
  }
}

/** Access pattern A2: whether an account is there. Strongly consistent; 1 read unit. */
export async function hasAccount(db: Db, account: string): Promise<boolean> {
  const get = new GetCommand({ TableName: db.tableName, Key: accountKey(account), ConsistentRead: true })
  const { Item } = await db.client.send(get)
  return Item !== undefined
}

/** Access pattern A3: the names of the first `limit` accounts, in order. Strongly consistent; 1 read unit per 4 KB. */
export async function listAccounts(db: Db, limit: number): Promise<string[]> {
  const items = await queryAll(db, ofPartition(ACCOUNTS), limit)
  return items.map(({ sk }) => String(sk))
}

/** Access pattern A1: makes the account unless it is there; 1 write unit. */
export async function ensureAccount(db: Db, account: string, now: Date): Promise<void> {
  const { Update } = ensureAccountAction(account, now)
  await db.client.send(new UpdateCommand({ TableName: db.tableName, ...Update }))
}
