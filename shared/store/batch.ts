import { BatchGetCommand, BatchWriteCommand, type BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import type { Key } from './keys.ts'
import { jitter } from './transaction.ts'

type Item = Record<string, unknown>
export type WriteRequest = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number]

const GET_LIMIT = 100
const WRITE_LIMIT = 25
/** Batches in flight at once. */
const PARALLEL = 16
const MAX_ATTEMPTS = 8

/**
 * Reads many items in one parallel round trip; absent ones are left out; 1 read unit per 4 KB each, or half of it where
 * they need not be `consistent`.
 */
export async function batchGet(
  db: Db,
  keys: Key[],
  attributes?: readonly string[],
  consistent = true,
): Promise<Item[]> {
  const batches = chunks(keys, GET_LIMIT)
  const found = await mapConcurrently(batches, PARALLEL, (batch) => getBatch(db, batch, attributes, consistent))
  return found.flat()
}

/**
 * Puts and deletes items, in parallel batches, until DynamoDB has taken every one of them; not atomic.
 * @throws {Error} once `deadline` (epoch ms by the table's clock) has passed: nothing is sent after it.
 */
export async function batchWrite(db: Db, requests: WriteRequest[], deadline = Number.POSITIVE_INFINITY): Promise<void> {
  await mapConcurrently(chunks(requests, WRITE_LIMIT), PARALLEL, (batch) => writeBatch(db, batch, deadline))
}

async function getBatch(
  db: Db,
  keys: Key[],
  attributes: readonly string[] | undefined,
  ConsistentRead: boolean,
): Promise<Item[]> {
  const names = Object.fromEntries((attributes ?? []).map((name, i) => [`#n${i}`, name]))
  const projection = attributes && {
    ProjectionExpression: Object.keys(names).join(', '),
    ExpressionAttributeNames: names,
  }
  const items: Item[] = []
  let rest: Record<string, unknown>[] = keys.map(({ pk, sk }) => ({ pk, sk }))
  for (let attempt = 0; rest.length > 0; attempt++) {
    await pause(attempt)
    const RequestItems = { [db.tableName]: { Keys: rest, ConsistentRead, ...projection } }
    const { Responses, UnprocessedKeys } = await db.client.send(new BatchGetCommand({ RequestItems }))
    items.push(...(Responses?.[db.tableName] ?? []))
    rest = UnprocessedKeys?.[db.tableName]?.Keys ?? []
  }
  return items
}

async function writeBatch(db: Db, requests: WriteRequest[], deadline: number): Promise<void> {
  let rest = requests
  for (let attempt = 0; rest.length > 0; attempt++) {
    await pause(attempt)
    if (db.clock() > deadline) throw new Error('A batch of writes ran out of time')
    const { UnprocessedItems } = await db.client.send(new BatchWriteCommand({ RequestItems: { [db.tableName]: rest } }))
    rest = UnprocessedItems?.[db.tableName] ?? []
  }
}

async function pause(attempt: number): Promise<void> {
  if (attempt === 0) return
  if (attempt < MAX_ATTEMPTS) return jitter(attempt)
  const error = new Error('DynamoDB left part of a batch undone')
  error.name = 'ProvisionedThroughputExceededException'
  throw error
}

/** Maps with at most `limit` calls in flight; results keep the order of the input. */
export async function mapConcurrently<T, R>(items: T[], limit: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length)
  let next = 0
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await run(items[i] as T)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}

export function chunks<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}
