import { chunks, mapConcurrently } from './batch.ts'
import type { Db } from './client.ts'
import { queryAll } from './query-all.ts'

/** Ranges are read side by side: a page of a query ends at 1 MB, and the next one waits for it. */
const PARALLEL = 8
/** Fewer named keys than this are not worth a range of their own. */
const MIN_KEYS = 500

/** A query of one partition by a range of its sort keys. */
export interface RangeQuery {
  index?: string
  /** Names of the partition key and the sort key. */
  keys: readonly [string, string]
  partition: string
  consistent: boolean
}

/** What lies between the smallest and the largest of these sort keys; gaps between some of them are passed over. */
export async function queryBetween(db: Db, query: RangeQuery, sortKeys: string[]): Promise<Record<string, unknown>[]> {
  const ranges = toRanges(sortKeys.toSorted(compare))
  const found = await mapConcurrently(ranges, PARALLEL, ([from, to]) => queryRange(db, query, from, to))
  return found.flat()
}

/** As the table sorts them: by their bytes. */
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

function toRanges(sorted: string[]): [string, string][] {
  const size = Math.max(MIN_KEYS, Math.ceil(sorted.length / PARALLEL))
  return chunks(sorted, size).map((part) => [part[0] as string, part.at(-1) as string])
}

const queryRange = (db: Db, { index, keys: [pk, sk], partition, consistent }: RangeQuery, from: string, to: string) =>
  queryAll(db, {
    IndexName: index,
    KeyConditionExpression: `${pk} = :pk AND ${sk} BETWEEN :from AND :to`,
    ExpressionAttributeValues: { ':pk': partition, ':from': from, ':to': to },
    ConsistentRead: consistent,
  })
