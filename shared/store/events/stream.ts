import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { EventQuery } from '../../audit/event-query.ts'
import { DAY_MS } from '../../auth/span.ts'
import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { EVENT_SHARDS, eventPartition, historyKey, type Key } from '../keys.ts'
import { TABLE } from '../table.ts'
import { type Grant, parseGrant } from './grant.ts'
import { dayOf, eventKeyAt, eventSortKey, minuteOf, type SomeFields } from './item.ts'

type Item = Record<string, unknown>

/**
 * One sorted run of events, read from its newest backwards: a shard of a day, what happened to one resource (of the
 * index, which holds keys only), or the grants of one user, which point to events.
 */
export interface EventStream {
  partition: string
  of: 'day' | 'resource' | { grantsOf: string }
  /** The place reached: everything newer has been read. */
  reached: string
  /** Of a shard, the last place of the day before. */
  floor?: string
  done: boolean
  pages: number
  startKey: Item | undefined
}

/** Sorts after every id. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const MAX_PAGE = 1000

/** An event as it is stored, with the grant that led to it. */
export interface EventItem {
  item: Item
  grant?: Grant | undefined
}

const toStream = (partition: string, lastTime: string, of: EventStream['of'] = 'day'): EventStream => {
  return { partition, of, reached: eventSortKey(lastTime, LAST_ID), done: false, pages: 0, startKey: undefined }
}

/** The groups that a user came to and left. */
export const grantStream = (account: string, userId: string, { to }: EventQuery): EventStream =>
  toStream(historyKey(account, userId), to.toISOString(), { grantsOf: userId })

/** What befell one resource: the index holds the events about it, and its history the grants of a user. */
export const resourceStreams = (account: string, id: string, query: EventQuery): EventStream[] => [
  toStream(historyKey(account, id), query.to.toISOString(), 'resource'),
  grantStream(account, id, query),
]

/**
 * All events of the range, in waves, newest days first: a wave is read only when those before it did not hold enough.
 * Waves double, so that a quiet week costs few round trips and a busy hour few units.
 */
export function dayWaves(account: string, query: EventQuery): EventStream[][] {
  const days = daysOf(query).map((day) =>
    Array.from({ length: EVENT_SHARDS }, (_, shard) => ({
      ...toStream(eventPartition(account, day, shard), `${day}T23:59:59.999Z`),
      floor: eventSortKey(`${dayBefore(day)}T23:59:59.999Z`, LAST_ID),
    })),
  )
  const waves: EventStream[][] = []
  for (let size = days.length <= 2 ? 2 : 1; days.length > 0; size = Math.min(16, size * 2)) {
    waves.push(days.splice(0, size).flat())
  }
  return waves
}

const dayBefore = (day: string): string => dayOf(new Date(Date.parse(day) - DAY_MS).toISOString())

function daysOf(query: EventQuery): string[] {
  const { from, to } = placesOf(query)
  const last = Date.parse(dayOf(to))
  const count = 1 + Math.round((last - Date.parse(dayOf(from))) / DAY_MS)
  return Array.from({ length: count }, (_, i) => dayOf(new Date(last - i * DAY_MS).toISOString()))
}

/**
 * Access pattern E3: the next page of a stream, newest first; eventually consistent, 0.5 read units per 4 KB. Events
 * spread over the shards by chance, so the first page holds a shard's fair part of the limit and three and a half
 * standard deviations more: enough in one round trip 99 times of 100. Later pages are four times as long, each within
 * `most` rows. Of a shard's rows nothing else is sent where only `some` fields are asked for; the price is the same.
 */
export async function listStreamPage(
  db: Db,
  account: string,
  stream: EventStream,
  query: EventQuery,
  most: number,
  some?: SomeFields,
): Promise<EventItem[]> {
  const isShard = stream.of === 'day'
  const share = isShard ? query.limit / EVENT_SHARDS : query.limit
  const first = Math.ceil(share + (isShard ? 3.5 * Math.sqrt(share) : 0)) + 1
  const limit = Math.min(MAX_PAGE, Math.max(first, Math.min(most, first * 4 ** Math.min(stream.pages, 5))))
  const { Items = [], LastEvaluatedKey } = await db.client.send(toQuery(db, stream, query, limit, some))
  stream.pages += 1
  stream.startKey = LastEvaluatedKey
  stream.done = !LastEvaluatedKey
  stream.reached = String(Items.at(-1)?.sk ?? stream.reached)
  if (typeof stream.of === 'object') return loadGranted(db, account, stream.of.grantsOf, Items)
  const items = isShard ? Items : await batchGet(db, Items as unknown as Key[])
  return items.map((item) => ({ item }))
}

/** The events that grants point to; a grant that points nowhere stands for itself, and is no event. */
async function loadGranted(db: Db, account: string, userId: string, items: Item[]): Promise<EventItem[]> {
  const places = items.map((item) => ({
    item,
    grant: parseGrant(userId, item),
    key: eventKeyAt(account, String(item.sk)),
  }))
  const keys = places.flatMap(({ grant, key }) => (grant && key ? [key] : []))
  const events = new Map((await batchGet(db, keys)).map((event) => [event.sk, event]))
  return places.flatMap(({ item, grant, key }) => {
    if (!grant || !key) return [{ item }]
    const event = events.get(key.sk)
    return event ? [{ item: event, grant }] : []
  })
}

function toQuery(db: Db, stream: EventStream, query: EventQuery, limit: number, some?: SomeFields): QueryCommand {
  const { index, partitionKey, sortKey } = TABLE
  const indexed = stream.of === 'resource'
  const [pk, sk] = indexed ? [index.partitionKey, index.sortKey] : [partitionKey, sortKey]
  const { from, to } = placesOf(query)
  const projected = stream.of === 'day' ? some : undefined
  return new QueryCommand({
    TableName: db.tableName,
    ...(indexed && { IndexName: index.name }),
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#pk': pk, '#sk': sk, ...projected?.names },
    ...(projected && { ProjectionExpression: projected.projection }),
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
