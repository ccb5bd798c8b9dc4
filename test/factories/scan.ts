import { paginateScan } from '@aws-sdk/lib-dynamodb'
import type { Db } from '../../shared/store/client.ts'

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

/** The REST events in the table, as they are stored, oldest first. */
export async function scanEvents(db: Db): Promise<Record<string, unknown>[]> {
  const events = (await scanAll(db)).filter(({ pk }) => String(pk).includes('#EVENT#'))
  return events.sort((a, b) => (String(a.sk) < String(b.sk) ? -1 : 1))
}
