import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import { TABLE } from '../../shared/store/table.ts'

const KB = 1024

/**
 * Write units of a transaction, counted carefully: two for each started kilobyte of each item, a condition check
 * included, and the same for what the index shows of it. The local engine counts items alike but index entries once, so
 * its own sum may be too low. What is put over a version of itself leaves its index entry, keys only, as it is. Updates
 * and deletes count as items of at most 1 KB.
 */
export function transactionUnits(input: object): number | undefined {
  const actions = (input as TransactWriteCommandInput).TransactItems
  return actions?.reduce((sum, { Put }) => sum + 2 * (Put?.Item ? putUnits(Put.Item, Put.ConditionExpression) : 1), 0)
}

function putUnits(item: Record<string, unknown>, condition = ''): number {
  const { index, partitionKey, sortKey } = TABLE
  const own = Math.ceil(sizeOf(item) / KB)
  if (item[index.partitionKey] === undefined || condition.includes('#version =')) return own
  const names = [partitionKey, sortKey, index.partitionKey, index.sortKey]
  const shown = Object.fromEntries(names.flatMap((name) => (name in item ? [[name, item[name]]] : [])))
  return own + Math.ceil(sizeOf(shown) / KB)
}

/** Bytes of a value as DynamoDB counts them: names and text in UTF-8, half a byte per digit, a byte per element. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1
  if (value instanceof Uint8Array) return value.length
  if (Array.isArray(value)) return value.reduce((sum: number, element) => sum + sizeOf(element) + 1, 3)
  if (typeof value !== 'object' || value === null) return 1
  const entries = Object.entries(value).filter(([, held]) => held !== undefined)
  return entries.reduce((sum, [name, held]) => sum + Buffer.byteLength(name) + sizeOf(held) + 1, 3)
}
