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

/** One page of a partition, and where to go on; undefined behind the last item. */
export interface PartitionPage {
  items: Record<string, unknown>[]
  reached: string | undefined
}

/**
 * One query of a partition of the table itself, consistent: at most `limit` items, or 1 MB of them, behind a sort key
 * that need not be there.
 */
export async function queryBehind(
  db: Db,
  pk: string,
  { prefix = '', after, limit }: { prefix?: string; after?: string | undefined; limit: number },
): Promise<PartitionPage> {
  const begin = after === undefined ? {} : { ExclusiveStartKey: { pk, sk: after } }
  const query = { ...ofPartition(pk, prefix), ...begin, TableName: db.tableName, Limit: limit }
  const { Items = [], LastEvaluatedKey } = await db.client.send(new QueryCommand(query))
  return { items: Items, reached: LastEvaluatedKey && String(LastEvaluatedKey.sk) }
}
