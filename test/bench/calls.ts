import { randomUUID } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import { LOCAL_AWS } from '../../local/environment.ts'
import type { Db } from '../../shared/store/client.ts'
import { median, round, toMarkdown } from './table.ts'

const ROUNDS = 11
const CALLS = 100
/** Rounds that are not counted. */
const WARM_UP = 5
/** A third less than the bare client. */
const BUDGET = 0.67

/** One kind of call. */
interface Kind {
  name: string
  send: (client: DynamoDBDocumentClient) => Promise<unknown>
  /** Of what a call costs the bare client; absent where most of it is the data. */
  budget?: number
}

/** Processor time of calls through our client beside the bare one's, in turns; the engine is another process. */
export async function presentCalls(db: Db, endpoint: string): Promise<{ text: string; over: string[] }> {
  const bare = DynamoDBDocumentClient.from(new DynamoDBClient({ ...LOCAL_AWS, endpoint }))
  const rows: (string | number)[][] = []
  for (const kind of await kinds(db)) rows.push(await compare(kind, bare, db.client))
  const head = ['call', 'budget', 'bare client, ms', 'ours, ms', 'ratio', 'verdict']
  return {
    text: toMarkdown(head, rows),
    over: rows.flatMap(([name, , , , , said]) => (said === 'OVER' ? [String(name)] : [])),
  }
}

/** An item like a user; as many as a page has. */
async function kinds({ client, tableName: TableName }: Db): Promise<Kind[]> {
  const pk = `BENCH#${randomUUID()}`
  const attributes = {
    userName: 'ada@example.com',
    active: true,
    emails: [{ value: 'ada@example.com', primary: true }],
  }
  const items = Array.from({ length: 100 }, (_, i) => ({ pk, sk: String(i), version: 1, attributes }))
  for (const Item of items) await client.send(new PutCommand({ TableName, Item }))
  const [Item = { pk, sk: '' }] = items
  const Key = { pk, sk: Item.sk }
  const partition = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } }
  const TransactItems = items.slice(0, 4).map((one) => ({ Put: { TableName, Item: one } }))
  return [
    { name: 'GetItem', budget: BUDGET, send: (one) => one.send(new GetCommand({ TableName, Key })) },
    { name: 'PutItem', budget: BUDGET, send: (one) => one.send(new PutCommand({ TableName, Item })) },
    { name: 'TransactWriteItems of 4', send: (one) => one.send(new TransactWriteCommand({ TransactItems })) },
    { name: 'Query of 100', send: (one) => one.send(new QueryCommand({ TableName, ...partition })) },
  ]
}

async function compare({ name, send, budget }: Kind, bare: DynamoDBDocumentClient, ours: DynamoDBDocumentClient) {
  for (let i = 0; i < WARM_UP; i++) for (const client of [bare, ours]) await cpuMs(() => send(client))
  const pairs: [number, number][] = []
  for (let i = 0; i < ROUNDS; i++) pairs.push([await cpuMs(() => send(bare)), await cpuMs(() => send(ours))])
  const ratio = median(pairs.map(([before, after]) => after / before))
  const times = [median(pairs.map(([before]) => before)), median(pairs.map(([, after]) => after))]
  const said = budget === undefined ? '' : ratio <= budget ? 'ok' : 'OVER'
  return [name, budget === undefined ? '' : `≤ ${budget} × bare`, ...times.map(round), round(ratio), said]
}

async function cpuMs(send: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < CALLS; i++) await send()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / CALLS
}
