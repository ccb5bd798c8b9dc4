import { HOUR_MS } from '../../audit/chain/digest.ts'
import type { Db } from '../client.ts'
import { EVENT_SHARDS, eventPartition } from '../keys.ts'
import { queryPages } from '../query-all.ts'
import { dayOf, parseEventItem, type StoredEvent } from './item.ts'

/**
 * Access pattern E16: all events of one hour, those of one shard after those of another, page by page; strongly consistent: 16
 * read units at least, and 0.25 for each KB. Of what the shards hold, one page of each is in memory at once.
 */
export async function* walkHour(db: Db, account: string, hour: string): AsyncGenerator<StoredEvent[]> {
  const end = new Date(Date.parse(hour) + HOUR_MS - 1).toISOString()
  for (let shard = 0; shard < EVENT_SHARDS; shard++) {
    const query = {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ConsistentRead: true,
      ExpressionAttributeValues: {
        ':pk': eventPartition(account, dayOf(hour), shard),
        ':from': hour,
        ':to': `${end}$`,
      },
    }
    for await (const items of queryPages(db, query, {})) {
      yield items.flatMap((item) => parseEventItem(account, item) ?? [])
    }
  }
}
