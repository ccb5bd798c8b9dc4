import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from '../../shared/store/client.ts'

/** The items of one partition of a test's table, in order; of a few hundred kilobytes at most. */
export async function itemsOf(db: Db, pk: string): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await db.client.send(
    new QueryCommand({
      TableName: db.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
    }),
  )
  return Items
}
