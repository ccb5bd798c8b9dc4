import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import { accountKey } from './keys.ts'

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

/** Access pattern A1: makes the account unless it is there; 1 write unit. */
export async function ensureAccount(db: Db, account: string, now: Date): Promise<void> {
  const { Update } = ensureAccountAction(account, now)
  await db.client.send(new UpdateCommand({ TableName: db.tableName, ...Update }))
}
