import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EngineConnection } from '../../../../local/engine/engine-connection.ts'
import { catchUp, loadStanding } from '../../../../local/regions/catch-up.ts'
import { openJournal } from '../../../../local/regions/journal.ts'
import { regionTable } from '../../../../local/regions/region-table.ts'
import { Replicator } from '../../../../local/regions/replicator.ts'
import { startWriteProxy } from '../../../../local/regions/write-proxy.ts'
import type { Db } from '../../../../shared/store/client.ts'
import { engineEndpoint, openTestDb, testTable } from '../../../factories/engine.ts'
import { scanAll } from '../../../factories/scan.ts'

const folder = mkdtempSync(join(tmpdir(), 'rolecall-restart-'))
const engine = new EngineConnection(engineEndpoint())
let tables: [Db, Db]
const endings: (() => unknown)[] = []
const end = async () => {
  for (const one of endings.splice(0).reverse()) await one()
}
beforeEach(async () => {
  tables = [await testTable(), await testTable()]
})
afterEach(async () => {
  await end()
  rmSync(folder, { recursive: true, force: true })
})

const put = ({ client, tableName: TableName }: Db, sk: string, v: string, more = '') =>
  client.send(new PutCommand({ TableName, Item: { pk: 'P', sk, v, more } }))
const contentOf = async (db: Db) => Object.fromEntries((await scanAll(db)).map(({ sk, v }) => [String(sk), v]).sort())

/** What npm start does with the tables and its journal; the clients go through the proxies. */
async function start() {
  const journal = openJournal(join(folder, 'replication.jsonl'))
  const names = ['a', 'b'] as const
  const replicas = tables.map(({ tableName }, i) => regionTable(names[i] ?? '', engine, tableName))
  const replicator = new Replicator(replicas, { underway: journal.underway, changed: journal.note })
  const standings = tables.map(({ tableName }, i) => loadStanding(names[i] ?? '', engine, tableName))
  const [first, second] = await Promise.all(standings)
  if (first && second) catchUp(replicator, first, second)
  endings.push(journal.close)
  const open = async ({ tableName }: Db, region: string) => {
    const proxy = await startWriteProxy({ region, engine, tableName, replicator })
    endings.push(proxy.close)
    return openTestDb(tableName, { endpoint: proxy.endpoint })
  }
  return { replicator, a: await open(tables[0], 'a'), b: await open(tables[1], 'b') }
}

test('what was on its way when everything ended arrives after the next start, and the last writer still wins', async () => {
  const first = await start()
  await put(first.a, 'waiting', '1')
  await put(first.b, 'both', 'older')
  await put(first.a, 'both', 'newer')
  await put(first.b, 'theirs', '1')
  await end()
  const { replicator } = await start()
  await replicator.drain()
  const all = { both: 'newer', theirs: '1', waiting: '1' }
  expect([await contentOf(tables[0]), await contentOf(tables[1])]).toEqual([all, all])
})

test('a table of several pages goes whole to a region that is new', async () => {
  await Promise.all(Array.from({ length: 12 }, (_, i) => put(tables[0], `k${i}`, String(i), 'x'.repeat(200_000))))
  const { replicator } = await start()
  expect(replicator.pending()).toHaveLength(12)
  await replicator.drain()
  expect(await contentOf(tables[1])).toEqual(await contentOf(tables[0]))
  await end()
  expect((await start()).replicator.pending()).toEqual([])
})
