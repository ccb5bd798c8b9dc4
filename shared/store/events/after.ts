import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import { EVENT_FIELDS } from '../../audit/rest-event.ts'
import { DAY_MS } from '../../auth/span.ts'
import { mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import { EVENT_SHARDS, eventPartition } from '../keys.ts'
import { dayOf, parseEventItem, type StoredEvent } from './item.ts'

/** Some of the events behind a place, and how far all of them are known by now. */
export interface EventsAfter {
  events: StoredEvent[]
  /** Every event up to here that was stored when the walk began has been seen; nothing where that is all there are. */
  knownTo: string | undefined
  /** Rows that were looked at. */
  examined: number
}

/** A shard of one day, read from its oldest on. */
interface Shard {
  partition: string
  /** Everything up to here has been read. */
  reached: string
  isDone: boolean
}

/** Rows of a shard's first page; each further one is four times as long. */
const FIRST_PAGE = 100
const MAX_PAGE = 1600
/** How far the clock of a writer may be ahead. */
const CLOCK_SKEW_MS = 60_000

/**
 * Access pattern E13: the events behind a place, or those that changed something, oldest day first, in rounds of one page
 * of each shard; strongly consistent, so that a round sees whatever was committed before it began: 16 read units, and 0.25 for
 * each KB of events of any kind.
 */
export async function* walkEventsAfter(
  db: Db,
  account: string,
  place: string,
  now: Date,
  what: 'changes' | 'all',
): AsyncGenerator<EventsAfter, void> {
  const lastDay = dayOf(new Date(now.getTime() + CLOCK_SKEW_MS).toISOString())
  for (let day = dayOf(place); day <= lastDay; day = dayAfter(day)) {
    const shards = shardsOf(account, day, place)
    for (let page = FIRST_PAGE; shards.some(({ isDone }) => !isDone); page = Math.min(MAX_PAGE, page * 4)) {
      const open = shards.filter(({ isDone }) => !isDone)
      const rounds = await mapConcurrently(open, EVENT_SHARDS, (shard) => nextPage(db, account, shard, page, what))
      const isLast = day === lastDay && open.every(({ isDone }) => isDone)
      yield {
        events: rounds.flatMap(({ events }) => events),
        knownTo: isLast ? undefined : knownTo(day, shards),
        examined: rounds.reduce((sum, { examined }) => sum + examined, 0),
      }
    }
  }
}

const shardsOf = (account: string, day: string, place: string): Shard[] =>
  Array.from({ length: EVENT_SHARDS }, (_, shard) => ({
    partition: eventPartition(account, day, shard),
    reached: place,
    isDone: false,
  }))

const dayAfter = (day: string): string => dayOf(new Date(Date.parse(day) + DAY_MS).toISOString())

/** How far every shard of the day has been read. */
function knownTo(day: string, shards: readonly Shard[]): string {
  const reached = shards.flatMap(({ isDone, reached }) => (isDone ? [] : [reached]))
  return reached.reduce((a, b) => (a < b ? a : b), `${day}T23:59:59.999Z$`)
}

async function nextPage(db: Db, account: string, shard: Shard, limit: number, what: 'changes' | 'all') {
  const { Items = [], LastEvaluatedKey, ScannedCount = 0 } = await db.client.send(toQuery(db, shard, limit, what))
  shard.isDone = !LastEvaluatedKey
  shard.reached = String(LastEvaluatedKey?.sk ?? shard.reached)
  return { events: Items.flatMap((item) => parseEventItem(account, item) ?? []), examined: ScannedCount }
}

const CHANGES_ONLY = {
  FilterExpression: 'attribute_exists(#changes) OR attribute_exists(#packed)',
  ExpressionAttributeNames: { '#changes': EVENT_FIELDS.changes.kept, '#packed': 'packed' },
}

const toQuery = (db: Db, { partition, reached }: Shard, limit: number, what: 'changes' | 'all'): QueryCommand =>
  new QueryCommand({
    TableName: db.tableName,
    KeyConditionExpression: 'pk = :pk AND sk > :reached',
    ...(what === 'changes' && CHANGES_ONLY),
    ExpressionAttributeValues: { ':pk': partition, ':reached': reached },
    ConsistentRead: true,
    Limit: limit,
  })
