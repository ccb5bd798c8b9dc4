import { BatchGetCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import { jitter } from './jitter.ts'
import type { Key } from './keys.ts'

type Item = Record<string, unknown>

const GET_LIMIT = 100
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

async function pause(attempt: number): Promise<void> {
  if (attempt === 0) return
  if (attempt < MAX_ATTEMPTS) return jitter(attempt)
  const error = new Error('DynamoDB left part of a batch undone')
  error.name = 'ProvisionedThroughputExceededException'
  throw error
}

/**
 * Maps with at most `limit` calls in flight; results keep the order of the input. After a failure none is begun, and
 * those in flight are waited for: nothing goes on behind the back of whoever hears of it.
 */
export async function mapConcurrently<T, R>(items: T[], limit: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length)
  let next = 0
  let failure: { error: unknown } | undefined
  const worker = async () => {
    for (let i = next++; i < items.length && !failure; i = next++) {
      try {
        results[i] = await run(items[i] as T)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failure) throw failure.error
  return results
}

export function chunks<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}
