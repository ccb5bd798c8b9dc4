import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb'
import { LOCAL_AWS } from '../../local/environment.ts'
import { mapConcurrently } from '../../shared/store/batch.ts'
import { openDb } from '../../shared/store/client.ts'
import { parseEventItem } from '../../shared/store/events/item.ts'
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
    const items = await scanAll(openDb({ ...config, tableName }, LOCAL_AWS))
    for (const item of items) checkItem(tableName, item)
  })
}

function checkItem(table: string, item: Record<string, unknown>): void {
  const event = /^A#([^#]+)#EVENT#/.exec(String(item.pk))
  const readable = event ? { ...item, ...parseEventItem(event[1] ?? '', item)?.event } : item
  const leak = findCanary(JSON.stringify(readable))
  if (leak !== undefined) throw new Error(`A secret stands in table ${table}, item ${String(item.pk)}: ${leak}`)
}
