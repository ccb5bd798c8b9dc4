import { paginateScan } from '@aws-sdk/lib-dynamodb'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import type { Db } from '../../shared/store/client.ts'
import { parseEventItem } from '../../shared/store/events/item.ts'

/** Every item of a test's table. */
export async function scanAll(db: Db): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  for await (const { Items } of paginateScan(
    { client: db.client },
    { TableName: db.tableName, ConsistentRead: true },
  )) {
    items.push(...(Items ?? []))
  }
  return items
}

/** The REST events in the table, of one account or of all, oldest first. */
export const scanEvents = async (db: Db, account?: string): Promise<RestEvent[]> => eventsIn(await scanAll(db), account)

/** The same among items. @throws {Error} where one cannot be read. */
export function eventsIn(all: readonly Record<string, unknown>[], account?: string): RestEvent[] {
  const items = all.filter(({ pk }) => /^A#[^#]+#EVENT#/.test(String(pk)))
  const stored = items.map((item) => parseEventItem(String(item.pk).split('#')[1] ?? '', item))
  const readable = stored.filter((event) => event !== undefined)
  if (readable.length < items.length) throw new Error('The table holds an event that cannot be read')
  const events = readable.filter(({ event }) => account === undefined || event.account === account)
  return events.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1)).map(({ event }) => event)
}
