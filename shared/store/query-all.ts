import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'

type PartitionQuery = Omit<QueryCommandInput, 'TableName' | 'Limit'>

/** All items of a query, page after page, or the first `limit` of them. */
export async function queryAll(
  db: Db,
  query: PartitionQuery,
  limit = Number.POSITIVE_INFINITY,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const Limit = Number.isFinite(limit) ? limit - items.length : undefined
    const page = await db.client.send(new QueryCommand({ ...query, TableName: db.tableName, ExclusiveStartKey, Limit }))
    items.push(...(page.Items ?? []))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey && items.length < limit)
  return items
}

/** The query of one partition of the table itself, consistent; of the sort keys that begin with `prefix`, if given. */
export const ofPartition = (pk: string, prefix = ''): PartitionQuery => ({
  KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: { ':pk': pk, ...(prefix !== '' && { ':prefix': prefix }) },
  ConsistentRead: true,
})
