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
  for await (const page of queryPages(db, query, { limit })) items.push(...page)
  return items
}

/** The same, a page of at most 1 MB or `pageLimit` items at a time: the next one is read when it is asked for. */
export async function* queryPages(
  db: Db,
  query: PartitionQuery,
  { limit = Number.POSITIVE_INFINITY, pageLimit = Number.POSITIVE_INFINITY },
): AsyncGenerator<Record<string, unknown>[]> {
  let left = limit
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const most = Math.min(left, pageLimit)
    const Limit = Number.isFinite(most) ? most : undefined
    const page = await db.client.send(new QueryCommand({ ...query, TableName: db.tableName, ExclusiveStartKey, Limit }))
    const items = page.Items ?? []
    left -= items.length
    ExclusiveStartKey = page.LastEvaluatedKey
    yield items
  } while (ExclusiveStartKey && left > 0)
}

/** The query of one partition of the table itself, consistent; of the sort keys that begin with `prefix`, if given. */
export const ofPartition = (pk: string, prefix = ''): PartitionQuery => ({
  KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: { ':pk': pk, ...(prefix !== '' && { ':prefix': prefix }) },
  ConsistentRead: true,
})
