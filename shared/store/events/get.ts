import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import type { Cause } from './grant.ts'
import { eventKeyAt, eventSortKey, parseEventItem } from './item.ts'

/**
 * Access pattern E6: one event. Strongly consistent; 1 read unit per 4 KB.
 * @throws {Error} when it is not there, or no event as we write them.
 */
export async function requireEvent(db: Db, { account, time, eventId }: Cause): Promise<RestEvent> {
  const Key = eventKeyAt(account, eventSortKey(time, eventId))
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  const stored = Item && parseEventItem(account, Item)
  if (stored) return stored.event
  throw new Error(`There is no event ${eventId} to go by`)
}
