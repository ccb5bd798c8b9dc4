import type { RestEvent } from '../../audit/rest-event.ts'
import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { eventPartition, historyKey, type Key } from '../keys.ts'
import { instantOf } from '../new-id.ts'
import { queryAll, queryPages } from '../query-all.ts'
import { TABLE } from '../table.ts'
import type { Cause } from './grant.ts'
import { dayOf, eventKeyAt, eventSortKey, parseEventItem, shardOf } from './item.ts'

/** Events read at once, so that a long history is never whole in memory. */
const PAGE = 500
/** An event's time is that of its request, its id of a moment later: in a Bulk, of as much as the Bulk may take. */
const LONGEST_REQUEST_MS = 60_000

/** What an id can be made of that looks like one of ours: the last year that ISO 8601 writes with four digits. */
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z')

/** From the first to the last instant, both included: ISO 8601. */
export interface Span {
  from: string
  to: string
}

/**
 * Access pattern E7: what happened to one resource, oldest first, page by page, from the index: eventually consistent;
 * 0.5 read units for some 25 events, and 0.5 for each.
 */
export async function* listHistory(
  db: Db,
  account: string,
  resourceId: string,
  { from, to }: Span,
): AsyncGenerator<RestEvent[]> {
  const { name, partitionKey, sortKey } = TABLE.index
  const query = {
    IndexName: name,
    KeyConditionExpression: `${partitionKey} = :of AND ${sortKey} BETWEEN :from AND :to`,
    ExpressionAttributeValues: { ':of': historyKey(account, resourceId), ':from': from, ':to': `${to}$` },
  }
  for await (const keys of queryPages(db, query, { pageLimit: PAGE })) {
    yield await loadEvents(db, account, keys as unknown as Key[])
  }
}

/** Events by which a user left groups, and behind which place there may be more. */
export interface Losses {
  losses: RestEvent[]
  next?: string
}

/**
 * Access pattern E11: the events of groups by which a user left them since it was deleted, `limit` at most, oldest first:
 * they are found by the user's grants from that instant on, or behind a place. 1 read unit for some 25, and 0.5 for each.
 */
export async function listLosses(
  db: Db,
  { account, time, eventId }: Cause,
  userId: string,
  { after = time, limit }: { after?: string | undefined; limit: number },
): Promise<Losses> {
  const query = {
    KeyConditionExpression: 'pk = :pk AND sk > :after',
    FilterExpression: '#kind = :removed',
    ExpressionAttributeNames: { '#kind': 'kind' },
    ExpressionAttributeValues: { ':pk': historyKey(account, userId), ':after': after, ':removed': 'removed' },
    ConsistentRead: true,
  }
  const grants = await queryAll(db, query, limit)
  const keys = grants.flatMap(({ sk }) => eventKeyAt(account, String(sk)) ?? [])
  const losses = (await loadEvents(db, account, keys)).filter(({ cause }) => cause === eventId)
  return { losses, ...(grants.length === limit && { next: String(grants.at(-1)?.sk) }) }
}

/** In order of time. Expired ones are left out, since DynamoDB deletes late. */
async function loadEvents(db: Db, account: string, keys: Key[], consistent = false): Promise<RestEvent[]> {
  const items = await batchGet(db, keys, undefined, consistent)
  const stored = items.flatMap((item) => parseEventItem(account, item) ?? [])
  const live = stored.filter(({ ttlSeconds }) => ttlSeconds * 1000 > db.clock())
  return live.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1)).map(({ event }) => event)
}

/**
 * Access pattern E12: one event by its id alone: nearly always at the instant the id was made of, else shortly before it
 * among those of its shard. Strongly consistent; 1 RT, 1 read unit; where it is not there at once, 1 more for each day asked.
 */
export async function getEvent(db: Db, account: string, eventId: string): Promise<RestEvent | undefined> {
  const at = instantOf(eventId)
  if (at > LAST_INSTANT) return undefined
  const key = eventKeyAt(account, eventSortKey(new Date(at).toISOString(), eventId))
  const [event] = await loadEvents(db, account, key ? [key] : [], true)
  if (event) return event
  const [from, to] = [at - LONGEST_REQUEST_MS, at].map((ms) => new Date(ms).toISOString()) as [string, string]
  const days = [...new Set([dayOf(from), dayOf(to)])]
  const found = await Promise.all(days.map((day) => findInShard(db, account, { from, to }, day, eventId)))
  return (await loadEvents(db, account, found.flat(), true))[0]
}

async function findInShard(db: Db, account: string, { from, to }: Span, day: string, eventId: string): Promise<Key[]> {
  const items = await queryAll(db, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ProjectionExpression: 'pk, sk',
    ConsistentRead: true,
    ExpressionAttributeValues: {
      ':pk': eventPartition(account, day, shardOf(eventId)),
      ':from': from,
      ':to': `${to}$`,
    },
  })
  return (items as unknown as Key[]).filter(({ sk }) => sk.endsWith(eventId))
}
