import { randomUUID } from 'node:crypto'
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTable } from '../../local/engine/create-table.ts'
import { LOCAL_AWS } from '../../local/environment.ts'
import { type Db, openDb } from '../../shared/store/client.ts'
import { engineEndpoint, testConfig } from '../factories/engine.ts'
import type { PlanInput } from './plan.ts'
import { type AwsProxy, startAwsProxy } from './proxy.ts'
import type { AwsCall } from './usage.ts'

let proxy: AwsProxy
let db: Db
const calls: AwsCall[] = []
const TableName = `test-${randomUUID()}`

beforeAll(async () => {
  proxy = await startAwsProxy(engineEndpoint())
  proxy.onCall((call) => calls.push(call))
  const config = { ...testConfig(TableName), dynamodbEndpoint: proxy.endpoint }
  db = openDb(config, { ...LOCAL_AWS, maxAttempts: 1 })
  await createTable(db)
})
afterAll(() => proxy.close())

let pk = ''
beforeEach(() => {
  pk = randomUUID()
  follow({})
})

/** Goes by a plan from now on; the partition of the test is new. */
function follow(plan: PlanInput): void {
  proxy.setPlan(plan)
  calls.length = 0
}

const send = (command: unknown) => db.client.send(command as GetCommand) as Promise<Record<string, unknown>>
const put = (sk: string, more: object = {}, at = pk) =>
  send(new PutCommand({ TableName, Item: { pk: at, sk, ...more } }))
const kilobytes = (n: number) => 'x'.repeat(n * 1024 - 100)
const keys = (...sks: string[]) => sks.map((sk) => ({ pk, sk }))

/** What the last call was charged: `write table 2`; index keys are named. */
function lastCharges(): string[] {
  const { charges = [] } = calls.at(-1) ?? {}
  return charges.map(({ kind, of, partition, units }) => `${kind} ${of === TableName ? 'table' : partition} ${units}`)
}

/** The last call's charges of the given actions as one transaction. */
async function transact(...actions: object[]): Promise<string[]> {
  const TransactItems = actions.map((action) =>
    Object.fromEntries(Object.entries(action).map(([kind, body]) => [kind, { TableName, ...body }])),
  ) as TransactWriteCommandInput['TransactItems']
  await send(new TransactWriteCommand({ TransactItems }))
  return lastCharges()
}

/** What is thrown, with what DynamoDB says beside its message. */
async function errorOf(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await call.then(
    () => undefined,
    (found: Error) => found,
  )
  if (!error) throw new Error('The call was not refused')
  const { name, message, ThrottlingReasons, throttlingReasons, CancellationReasons } = error as Error &
    Record<string, unknown>
  const reasons = ThrottlingReasons ?? throttlingReasons ?? CancellationReasons
  return { name, message, ...(reasons !== undefined && { reasons }) }
}

describe('charges of writes', () => {
  test('the larger of the item before and after, in started kilobytes', async () => {
    await put('a', { x: kilobytes(3) })
    expect(lastCharges()).toEqual(['write table 3'])
    await put('a')
    expect(lastCharges()).toEqual(['write table 3'])
    const update = { UpdateExpression: 'SET x = :x', ExpressionAttributeValues: { ':x': kilobytes(2) } }
    await send(new UpdateCommand({ TableName, Key: { pk, sk: 'a' }, ...update }))
    expect(lastCharges()).toEqual(['write table 2'])
    await send(new DeleteCommand({ TableName, Key: { pk, sk: 'a' } }))
    expect(lastCharges()).toEqual(['write table 2'])
    await send(new DeleteCommand({ TableName, Key: { pk, sk: 'a' } }))
    expect(lastCharges()).toEqual(['write table 1'])
  })

  test('an index entry when it appears, moves (twice), goes; nothing while it stays as it is', async () => {
    await put('a', { gsi1pk: `${pk}-1`, gsi1sk: 's' })
    expect(lastCharges()).toEqual(['write table 1', `write ${pk}-1 1`])
    await put('a', { gsi1pk: `${pk}-1`, gsi1sk: 's', other: 'attribute' })
    expect(lastCharges()).toEqual(['write table 1'])
    const move = { UpdateExpression: 'SET gsi1pk = :to', ExpressionAttributeValues: { ':to': `${pk}-2` } }
    await send(new UpdateCommand({ TableName, Key: { pk, sk: 'a' }, ...move }))
    expect(lastCharges()).toEqual(['write table 1', `write ${pk}-1 1`, `write ${pk}-2 1`])
    await send(new DeleteCommand({ TableName, Key: { pk, sk: 'a' } }))
    expect(lastCharges()).toEqual(['write table 1', `write ${pk}-2 1`])
  })

  test('a transaction pays its items twice, checks included, and index entries once', async () => {
    await put('large', { x: kilobytes(2) })
    const charged = await transact(
      { Put: { Item: { pk, sk: 'a', gsi1pk: `${pk}-1`, gsi1sk: 's' } } },
      { Delete: { Key: { pk, sk: 'large' } } },
      { ConditionCheck: { Key: { pk, sk: 'none' }, ConditionExpression: 'attribute_not_exists(pk)' } },
    )
    expect(charged).toEqual(['write table 2', `write ${pk}-1 1`, 'write table 4', 'write table 2'])
  })

  test('a write whose condition fails is paid, but for the index', async () => {
    await put('a', { x: kilobytes(2) })
    const Item = { pk, sk: 'a', gsi1pk: 'i', gsi1sk: 's' }
    const refused = send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }))
    expect((await errorOf(refused)).name).toBe('ConditionalCheckFailedException')
    expect(lastCharges()).toEqual(['write table 2'])
  })

  test('a batch pays each of its items', async () => {
    const puts = ['a', 'b'].map((sk) => ({ PutRequest: { Item: { pk, sk, x: kilobytes(2) } } }))
    await send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }))
    expect(lastCharges()).toEqual(['write table 2', 'write table 2'])
  })
})

describe('charges of reads', () => {
  const get = (sk: string, more: object = {}) => send(new GetCommand({ TableName, Key: { pk, sk }, ...more }))

  test('four kilobytes a unit, half when it may be stale, absent items too, whatever is projected', async () => {
    await put('a', { x: kilobytes(5), y: 1 })
    await get('a', { ConsistentRead: true })
    expect(lastCharges()).toEqual(['read table 2'])
    const { Item } = await get('a', { ProjectionExpression: '#y', ExpressionAttributeNames: { '#y': 'y' } })
    expect([Item, lastCharges()]).toEqual([{ y: 1 }, ['read table 1']])
    await get('none')
    expect(lastCharges()).toEqual(['read table 0.5'])
  })

  test('a batch pays each key, there or not; a transaction twice', async () => {
    await put('a', { x: kilobytes(5), y: 1 })
    const request = { Keys: keys('a', 'none'), ConsistentRead: true, ProjectionExpression: 'y' }
    const { Responses } = await send(new BatchGetCommand({ RequestItems: { [TableName]: request } }))
    expect(Responses).toEqual({ [TableName]: [{ y: 1 }] })
    expect(lastCharges()).toEqual(['read table 2', 'read table 1'])
    const TransactItems = keys('a', 'none').map((Key) => ({ Get: { TableName, Key, ProjectionExpression: 'y' } }))
    const { Responses: both } = await send(new TransactGetCommand({ TransactItems }))
    expect([both, lastCharges()]).toEqual([
      [{ Item: { y: 1 } }, {}],
      ['read table 4', 'read table 2'],
    ])
  })

  test('a query pays for what it read before its filter, and something where it found nothing', async () => {
    for (const sk of ['a', 'b', 'c']) await put(sk, { x: kilobytes(3) })
    const ask = async (more: object) => {
      const { Count } = await send(
        new QueryCommand({ TableName, KeyConditionExpression: 'pk = :pk', ConsistentRead: true, ...more } as never),
      )
      return [Count, lastCharges()]
    }
    const values = { ':pk': pk }
    expect(await ask({ ExpressionAttributeValues: values })).toEqual([3, ['read table 3']])
    const filter = { FilterExpression: 'sk = :no', ExpressionAttributeValues: { ...values, ':no': 'no' } }
    expect((await errorOf(ask(filter))).name).toBe('ValidationException')
    const allowed = { FilterExpression: 'x = :no', ExpressionAttributeValues: { ...values, ':no': 'no' } }
    expect(await ask(allowed)).toEqual([0, ['read table 3']])
    expect(await ask({ ExpressionAttributeValues: { ':pk': 'none' } })).toEqual([0, ['read table 1']])
  })

  test('whoever asks what a call consumed hears the same', async () => {
    const { ConsumedCapacity: one } = await get('none', { ReturnConsumedCapacity: 'TOTAL' })
    expect(one).toEqual({ TableName, CapacityUnits: 0.5 })
    const RequestItems = { [TableName]: { Keys: keys('x', 'y') } }
    const { ConsumedCapacity: many } = await send(
      new BatchGetCommand({ RequestItems, ReturnConsumedCapacity: 'TOTAL' }),
    )
    expect(many).toEqual([{ TableName, CapacityUnits: 1 }])
  })

  test('usage is added up by operation and partition', async () => {
    proxy.clearUsage()
    await put('a')
    await get('a')
    const { total, operations, partitions } = proxy.usage()
    const nothing = { calls: 1, throttled: 0, conflicts: 0, readUnits: 0, writeUnits: 0 }
    expect(total).toEqual({ ...nothing, calls: 2, readUnits: 0.5, writeUnits: 1 })
    expect(operations.get('PutItem')).toEqual({ ...nothing, writeUnits: 1 })
    expect([...partitions]).toEqual([
      [`write ${TableName} ${pk}`, 1],
      [`read ${TableName} ${pk}`, 0.5],
    ])
  })
})

const HOT =
  'Throughput exceeds the current throughput limit for your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html'

describe('throttling', () => {
  // A unit in a thousand seconds: what is spent does not come back while the test runs.
  const POOR: PlanInput = { writeUnitsPerSecond: 0.001, readUnitsPerSecond: 0.001 }
  const reasons = (reason: string, of = '') => [
    { reason, resource: expect.stringContaining(`:table/${TableName}${of}`) },
  ]

  test('a spent key refuses writes and reads, each by itself, and names what is hot', async () => {
    follow(POOR)
    await put('a')
    expect(await errorOf(put('b'))).toEqual({
      ...{ name: 'ThrottlingException', message: HOT },
      reasons: reasons('TableWriteKeyRangeThroughputExceeded'),
    })
    const get = new GetCommand({ TableName, Key: { pk, sk: 'a' } })
    expect(await send(get)).toMatchObject({ Item: { sk: 'a' } })
    expect((await errorOf(send(get))).reasons).toEqual(reasons('TableReadKeyRangeThroughputExceeded'))
    expect(calls.map(({ operation, refused }) => [operation, refused])).toEqual([
      ['PutItem', undefined],
      ['PutItem', 'throttled'],
      ['GetItem', undefined],
      ['GetItem', 'throttled'],
    ])
  })

  test('a spent key of an index refuses the write of the table', async () => {
    follow(POOR)
    await put('a', { gsi1pk: pk, gsi1sk: 'a' }, `${pk}-1`)
    const refused = put('a', { gsi1pk: pk, gsi1sk: 'b' }, `${pk}-2`)
    expect((await errorOf(refused)).reasons).toEqual(reasons('IndexWriteKeyRangeThroughputExceeded', '/index/gsi1'))
    expect(await send(new GetCommand({ TableName, Key: { pk: `${pk}-2`, sk: 'a' } }))).not.toHaveProperty('Item')
  })

  test('a transaction fails whole, saying which item was throttled', async () => {
    follow(POOR)
    await put('a')
    const fresh = { Put: { Item: { pk: `${pk}-fresh`, sk: 'x' } } }
    expect(await errorOf(transact(fresh, { Put: { Item: { pk, sk: 'b' } } }))).toEqual({
      name: 'TransactionCanceledException',
      message: 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ThrottlingError]',
      reasons: [{ Code: 'None' }, { Code: 'ThrottlingError', Message: HOT }],
    })
    expect(await send(new GetCommand({ TableName, Key: fresh.Put.Item }))).not.toHaveProperty('Item')
  })

  test('a batch does what it can and gives the rest back; where it can do nothing it is refused', async () => {
    follow(POOR)
    const puts = ['a', 'b', 'c'].map((sk) => ({ PutRequest: { Item: { pk, sk } } }))
    const write = () => send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }))
    expect(await write()).toMatchObject({ UnprocessedItems: { [TableName]: puts.slice(1) } })
    expect((await errorOf(write())).name).toBe('ThrottlingException')
    const read = () => send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: keys('a', 'b') } } }))
    expect(await read()).toMatchObject({
      Responses: { [TableName]: [{ pk, sk: 'a' }] },
      UnprocessedKeys: { [TableName]: { Keys: keys('b') } },
    })
    expect((await errorOf(read())).name).toBe('ThrottlingException')
  })

  test('faults by lot: every call, or part of every batch', async () => {
    follow({ throttledCalls: 1 })
    expect((await errorOf(put('a'))).name).toBe('ThrottlingException')
    expect((await errorOf(transact({ Put: { Item: { pk, sk: 'a' } } }))).reasons).toEqual([
      { Code: 'ThrottlingError', Message: HOT },
    ])
    follow({ halfDoneBatches: 1, seed: 7 })
    const puts = Array.from({ length: 25 }, (_, i) => ({ PutRequest: { Item: { pk, sk: `s${i}` } } }))
    const { UnprocessedItems } = await send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }))
    const undone = (UnprocessedItems as Record<string, unknown[]>)[TableName] ?? []
    expect(undone.length).toBeGreaterThan(0)
    expect(undone.length).toBeLessThan(25)
    const { Count } = await send(
      new QueryCommand({ TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } }),
    )
    expect(Count).toBe(25 - undone.length)
  })
})

describe('conflicts', () => {
  const CONFLICT = { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }
  const increment = {
    Update: { Key: { pk: '', sk: 'n' }, UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': 1 } },
  }
  const add = () => ({ Update: { ...increment.Update, Key: { pk, sk: 'n' } } })

  test('of overlapping transactions one is carried out, the others are cancelled; plain writes are refused', async () => {
    follow({ latencyMs: 1500 })
    const first = transact(add(), { Put: { Item: { pk, sk: 'other' } } })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await errorOf(transact({ Put: { Item: { pk, sk: 'free' } } }, add()))).toEqual({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict]',
      reasons: [{ Code: 'None' }, CONFLICT],
    })
    expect(await errorOf(put('other'))).toEqual({
      name: 'TransactionConflictException',
      message: CONFLICT.Message,
    })
    await first
    follow({})
    await transact(add())
    const { Item } = await send(new GetCommand({ TableName, Key: { pk, sk: 'n' } }))
    expect(Item).toEqual({ pk, sk: 'n', n: 2 })
  })

  test('a plan may do without', async () => {
    follow({ latencyMs: 50, conflicts: false })
    await Promise.all([transact(add()), transact(add())])
    const { Item } = await send(new GetCommand({ TableName, Key: { pk, sk: 'n' } }))
    expect(Item).toEqual({ pk, sk: 'n', n: 2 })
  })
})

describe('a lagging index', () => {
  /** The table's sort keys that the index shows under the test's own key. */
  async function shown(more: object = {}): Promise<unknown[]> {
    const { Items, LastEvaluatedKey } = await send(
      new QueryCommand({
        ...{ TableName, IndexName: 'gsi1', KeyConditionExpression: 'gsi1pk = :pk' },
        ...{ ExpressionAttributeValues: { ':pk': pk }, ...more },
      }),
    )
    return [...(Items as { sk: string }[]).map(({ sk }) => sk), ...(LastEvaluatedKey ? ['...'] : [])]
  }
  const entry = (sk: string, gsi1sk = sk) => put(sk, { gsi1pk: pk, gsi1sk })

  test('what is new is not shown yet, what is gone or has moved is as it was', async () => {
    for (const sk of ['b', 'c', 'd']) await entry(sk)
    follow({ indexLagMs: 3_600_000 })
    await entry('a')
    await send(new DeleteCommand({ TableName, Key: { pk, sk: 'c' } }))
    await entry('b', 'z')
    expect(await shown()).toEqual(['b', 'c', 'd'])
    expect(await shown({ Limit: 2 })).toEqual(['b', 'c', '...'])
    expect(await shown({ ScanIndexForward: false })).toEqual(['d', 'c', 'b'])
    const values = { ':pk': pk, ':from': 'c' }
    const from = { KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk >= :from', ExpressionAttributeValues: values }
    expect(await shown(from)).toEqual(['c', 'd'])
    follow({})
    expect(await shown()).toEqual(['a', 'd', 'b'])
  })

  test('so it is with a projection, which says nothing of what item an entry is', async () => {
    const projected = async (more: object = {}) => {
      const names = { '#at': 'gsi1sk', '#of': 'gsi1pk', '#x': 'x' }
      const { $metadata: _, ...page } = await send(
        new QueryCommand({
          ...{ TableName, IndexName: 'gsi1', KeyConditionExpression: '#of = :pk', ProjectionExpression: '#at, #x' },
          ...{ ExpressionAttributeNames: names, ExpressionAttributeValues: { ':pk': pk }, ...more },
        }),
      )
      return page
    }
    const page = (...sks: string[]) => ({
      Items: sks.map((gsi1sk) => ({ gsi1sk })),
      Count: sks.length,
      ScannedCount: sks.length,
      ConsumedCapacity: { TableName, CapacityUnits: 0.5 },
    })
    for (const sk of ['b', 'c']) await entry(sk)
    follow({ indexLagMs: 3_600_000 })
    await entry('a')
    await send(new DeleteCommand({ TableName, Key: { pk, sk: 'c' } }))
    expect(await projected()).toEqual(page('b', 'c'))
    expect(lastCharges()).toEqual([`read ${pk} 0.5`])
    const at = (sk: string) => ({ pk, sk, gsi1pk: pk, gsi1sk: sk })
    expect(await projected({ Limit: 1, ExclusiveStartKey: at('a') })).toEqual({
      ...page('b'),
      LastEvaluatedKey: at('b'),
    })
    expect(await projected({ Limit: 1, ExclusiveStartKey: at('b') })).toEqual(page('c'))
    follow({})
    expect(await projected()).toEqual(page('a', 'b'))
  })

  test('and is shown once the lag is over', async () => {
    follow({ indexLagMs: 1 })
    await entry('a')
    await expect.poll(() => shown()).toEqual(['a'])
  })
})

test('what the engine refuses is passed on: a table that is not there, a request that is wrong', async () => {
  const missing = send(new GetCommand({ TableName: 'no-such-table', Key: { pk, sk: 'a' } }))
  expect((await errorOf(missing)).name).toBe('ResourceNotFoundException')
  const wrong = send(new GetCommand({ TableName, Key: { pk } }))
  expect((await errorOf(wrong)).name).toBe('ValidationException')
})
