import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { mapConcurrently } from '../../shared/store/batch.ts'
import type { Db } from '../../shared/store/client.ts'
import { dayOf, parseEventItem } from '../../shared/store/events/item.ts'
import { EVENT_SHARDS, eventPartition } from '../../shared/store/keys.ts'
import { queryPages } from '../../shared/store/query-all.ts'

export const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const SHARDS_AT_ONCE = 16
/** What administrators ask, and what the service and a restore itself tell. */
const NO_WRITE = ['GET', 'INVOKE', 'NOTICE', 'ANY', 'RESTORE']

/**
 * The requests of clients and administrators that changed something from an instant on (epoch milliseconds), oldest first: no
 * change is without its event, whoever makes it. An event has the time when its request came; it is written up to half
 * a minute later.
 */
export async function listWritesSince(db: Db, accounts: readonly string[], since: number): Promise<RestEvent[]> {
  const from = new Date(since).toISOString()
  const partitions = accounts.flatMap((account) =>
    daysBetween(since, db.clock()).flatMap((day) =>
      Array.from({ length: EVENT_SHARDS }, (_, shard) => ({ account, pk: eventPartition(account, day, shard) })),
    ),
  )
  const found = await mapConcurrently(partitions, SHARDS_AT_ONCE, async ({ account, pk }) => {
    const events: RestEvent[] = []
    const query = {
      KeyConditionExpression: 'pk = :pk AND sk >= :from',
      ExpressionAttributeValues: { ':pk': pk, ':from': from },
      ConsistentRead: true,
    }
    for await (const items of queryPages(db, query, {}))
      events.push(...items.flatMap((item) => parseEventItem(account, item)?.event ?? []))
    return events.filter(isWrite)
  })
  return found.flat().sort((a, b) => (a.time < b.time ? -1 : 1))
}

function isWrite({ type, method, status, changes, query, endpoint }: RestEvent): boolean {
  if (status >= 400 || NO_WRITE.includes(method)) return false
  if (type === 'SCIM') return changes !== undefined
  return changes !== undefined || !(endpoint === 'whoami' || /(?:^|&)dryRun=true(?:&|$)/.test(query ?? ''))
}

/** The days of a span; the clock of who wrote may be ahead. */
function daysBetween(from: number, to: number): string[] {
  const days: string[] = []
  for (let at = Math.floor(from / DAY_MS) * DAY_MS; at <= to + MINUTE_MS; at += DAY_MS)
    days.push(dayOf(new Date(at).toISOString()))
  return days
}

/** A write as a person reads it. */
export const sayWrite = ({ account, time, actorName, method, endpoint, resourceName }: RestEvent): string =>
  `${time} ${method} ${endpoint}${resourceName === undefined ? '' : ` "${resourceName}"`} by ${actorName}, account ${account}`
