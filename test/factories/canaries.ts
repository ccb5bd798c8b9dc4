import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb'
import { LOCAL_AWS } from '../../local/environment.ts'
import { mapConcurrently } from '../../shared/store/batch.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import { parseEventItem } from '../../shared/store/events/item.ts'
import { getKept } from '../../shared/store/events/kept.ts'
import { scanAll } from './scan.ts'

/** The passwords that tests send, and whatever has a token's secret in it. */
const CANARIES =
  /correct horse|battery staple|opensesame|hunter2|c4nary|Aaa-first-of-all|rolecall_[0-9a-z]{22}_[0-9a-z]{10}/i

/** The first secret of a test that a text holds, with what stands around it. */
export function findCanary(text: string): string | undefined {
  const found = CANARIES.exec(text)
  return found ? text.slice(Math.max(0, found.index - 80), found.index + 80) : undefined
}

/**
 * Looks through what all tests of a run have left in the engine: no password in any item, no token in any event, be it
 * packed or not. @throws {Error} with the table and the place.
 */
export async function checkForCanaries(endpoint: string): Promise<void> {
  const config = { dynamodbEndpoint: endpoint, publicBaseUrl: undefined, eventRetentionDays: 90, requestLog: false }
  const client = new DynamoDBClient({ endpoint, ...LOCAL_AWS })
  const tables: string[] = []
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) tables.push(...TableNames)
  await mapConcurrently(tables, 8, async (tableName) => {
    for (const item of await readableItems(openDb({ ...config, tableName }, LOCAL_AWS))) checkItem(tableName, item)
  })
}

/** Every item of a table, with what is packed in it in the open. */
export async function readableItems(db: Db): Promise<Record<string, unknown>[]> {
  const items = await scanAll(db)
  const cut = new Set(items.flatMap(({ pk }) => KEPT.exec(String(pk))?.[0] ?? []))
  const kept = await mapConcurrently([...cut], 8, async (pk) => {
    const [, account = '', eventId = ''] = KEPT.exec(pk) ?? []
    return { pk, ...(await getKept(db, { account, eventId })) }
  })
  return [...items.map(readable), ...kept]
}

const KEPT = /^A#([^#]+)#KEPT#([^#]+)$/

function readable(item: Record<string, unknown>): Record<string, unknown> {
  const event = /^A#([^#]+)#EVENT#/.exec(String(item.pk))
  return event ? { ...item, ...parseEventItem(event[1] ?? '', item)?.event } : item
}

function checkItem(table: string, item: Record<string, unknown>): void {
  const leak = findCanary(JSON.stringify(item))
  if (leak !== undefined) throw new Error(`A secret stands in table ${table}, item ${String(item.pk)}: ${leak}`)
}
