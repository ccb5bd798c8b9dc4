import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { EventQuery } from '../../audit/event-query.ts'
import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { EVENT_SHARDS, eventPartition, historyKey, type Key } from '../keys.ts'
import { TABLE } from '../table.ts'
import { dayOf, eventSortKey, minuteOf } from './item.ts'

type Item = Record<string, unknown>

/** One sorted run of events, read from its newest backwards: a shard of a day, or what happened to one resource. */
export interface EventStream {
  partition: string
  /** Whether the partition is one of the index, whose rows hold keys only. */
  indexed: boolean
  /** The place reached: everything newer has been read. */
  reached: string
  done: boolean
  pages: number
  startKey: Item | undefined
}

/** Sorts after every id. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const MAX_PAGE = 1000
const DAY_MS = 86_400_000

const toStream = (partition: string, lastTime: string, indexed = false): EventStream => {
  return { partition, indexed, reached: eventSortKey(lastTime, LAST_ID), done: false, pages: 0, startKey: undefined }
}

/**
 * The streams a question is answered from, in waves, newest days first: a wave is read only when those before it
 * did not hold enough. Waves double, so that a quiet week costs few round trips and a busy hour few units.
 */
export function streamWaves(account: string, query: EventQuery): EventStream[][] {
  const { changesOnly, resource, to } = query
  if (changesOnly && resource) return [[toStream(historyKey(account, resource), to.toISOString(), true)]]
  const days = daysOf(query).map((day) =>
    Array.from({ length: EVENT_SHARDS }, (_, shard) =>
      toStream(eventPartition(account, day, shard), `${day}T23:59:59.999Z`),
    ),
  )
  const waves: EventStream[][] = []
  for (let size = days.length <= 2 ? 2 : 1; days.length > 0; size = Math.min(16, size * 2)) {
    waves.push(days.splice(0, size).flat())
  }
  return waves
}

function daysOf({ from, to }: EventQuery): string[] {
  const last = Date.parse(dayOf(to.toISOString()))
  const count = 1 + Math.round((last - Date.parse(dayOf(from.toISOString()))) / DAY_MS)
  return Array.from({ length: count }, (_, i) => dayOf(new Date(last - i * DAY_MS).toISOString()))
}

/**
 * Access pattern E3: the next page of a stream, newest first; eventually consistent, 0.5 read units per 4 KB. Events
 * spread over the shards by chance, so the first page holds a shard's fair part of the limit and three and a half
 * standard deviations more: enough in one round trip 99 times of 100. Later pages double.
 */
export async function listStreamPage(db: Db, stream: EventStream, query: EventQuery): Promise<Item[]> {
  const share = stream.indexed ? query.limit : query.limit / EVENT_SHARDS
  const first = Math.ceil(share + (stream.indexed ? 0 : 3.5 * Math.sqrt(share))) + 1
  const limit = Math.min(MAX_PAGE, first * 2 ** Math.min(stream.pages, 10))
  const { Items = [], LastEvaluatedKey } = await db.client.send(toQuery(db, stream, query, limit))
  stream.pages += 1
  stream.startKey = LastEvaluatedKey
  stream.done = !LastEvaluatedKey
  stream.reached = String(Items.at(-1)?.sk ?? stream.reached)
  return stream.indexed ? batchGet(db, Items as unknown as Key[]) : Items
}

function toQuery(db: Db, stream: EventStream, query: EventQuery, limit: number): QueryCommand {
  const { index, partitionKey, sortKey } = TABLE
  const [pk, sk] = stream.indexed ? [index.partitionKey, index.sortKey] : [partitionKey, sortKey]
  const { from, to } = placesOf(query)
  return new QueryCommand({
    TableName: db.tableName,
    ...(stream.indexed && { IndexName: index.name }),
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#pk': pk, '#sk': sk },
    ExpressionAttributeValues: { ':pk': stream.partition, ':from': from, ':to': to },
    ScanIndexForward: false,
    Limit: limit,
    ...(stream.startKey && { ExclusiveStartKey: stream.startKey }),
  })
}

/**
 * Both ends of the range are included; `$` is the character after the `#` that ends the time. It is read from the
 * beginning of its first minute, where the rows stand that count what happened in that minute.
 */
function placesOf({ from, to, before }: EventQuery): { from: string; to: string } {
  const start = minuteOf(from)
  const end = `${to.toISOString()}$`
  const upper = before !== undefined && before < end ? before : end
  return { from: start, to: upper < start ? start : upper }
}
