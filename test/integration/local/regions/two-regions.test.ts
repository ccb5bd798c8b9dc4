import {
  BatchWriteCommand,
  DeleteCommand,
  ExecuteStatementCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { beforeEach, expect, test } from 'vitest'
import type { Db } from '../../../../shared/store/client.ts'
import { scanAll } from '../../../factories/scan.ts'
import { openRegionDb, type TestRegion, withTwoRegions } from '../../../factories/two-regions.ts'

const regions = withTwoRegions({ seed: 7 })

const key = (sk: string) => ({ pk: 'P', sk })
const put = ({ client, tableName: TableName }: Db, sk: string, v: string) =>
  client.send(new PutCommand({ TableName, Item: { ...key(sk), v } }))

/** What a region's table holds, by sort key. */
async function contentOf({ db }: TestRegion): Promise<Record<string, unknown>> {
  const items = await scanAll(db)
  return Object.fromEntries(items.map(({ sk, v }) => [String(sk), v]).sort())
}
const contents = async () => [await contentOf(regions.home), await contentOf(regions.other)]

/** Sort keys of what is on its way from home. */
const onTheWay = () => regions.replicator.pending().map((delivery) => JSON.parse(delivery.key)[1])

beforeEach(async () => {
  regions.heal()
  const { client, tableName: TableName } = regions.home.db
  for (const sk of Object.keys(await contentOf(regions.home))) {
    await client.send(new DeleteCommand({ TableName, Key: key(sk) }))
  }
  await regions.replicateAll()
  expect(await contents()).toEqual([{}, {}])
})

test('each way to write is seen, and what was not written is not', async () => {
  const { home } = regions
  const { client, tableName: TableName } = home.db
  await put(home.db, 'put', '1')
  const UpdateExpression = 'SET v = :v'
  const ExpressionAttributeValues = { ':v': '1' }
  await client.send(new UpdateCommand({ TableName, Key: key('update'), UpdateExpression, ExpressionAttributeValues }))
  await client.send(
    new BatchWriteCommand({
      RequestItems: {
        [TableName]: [{ PutRequest: { Item: key('batch') } }, { DeleteRequest: { Key: key('batch-delete') } }],
      },
    }),
  )
  await client.send(
    new TransactWriteCommand({
      TransactItems: [
        { Put: { TableName, Item: key('t-put') } },
        { Update: { TableName, Key: key('t-update'), UpdateExpression, ExpressionAttributeValues } },
        { Delete: { TableName, Key: key('t-delete') } },
        { ConditionCheck: { TableName, Key: key('put'), ConditionExpression: 'attribute_exists(pk)' } },
      ],
    }),
  )
  const absent = { TableName, ConditionExpression: 'attribute_not_exists(pk)' }
  const failures = [
    client.send(new PutCommand({ ...absent, Item: { ...key('put'), v: 'twice' } })),
    client.send(
      new TransactWriteCommand({
        TransactItems: [{ Put: { ...absent, Item: key('put') } }, { Put: { TableName, Item: key('cancelled') } }],
      }),
    ),
  ]
  expect((await Promise.allSettled(failures)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(
    client.send(
      new ExecuteStatementCommand({ Statement: `INSERT INTO "${TableName}" VALUE {'pk': 'P', 'sk': 'sql'}` }),
    ),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      'ExecuteStatement is refused: the replication between the regions of this machine does not see what it writes',
  })
  expect(onTheWay()).toEqual(['put', 'update', 'batch', 'batch-delete', 't-put', 't-update', 't-delete'])
  await regions.replicateAll()
  const all = { put: '1', update: '1', batch: undefined, 't-put': undefined, 't-update': '1' }
  expect(await contents()).toEqual([all, all])
})

test('a transaction arrives in parts, and only when the test says so', async () => {
  const { home, other } = regions
  const { client, tableName: TableName } = home.db
  const TransactItems = ['a', 'b', 'c', 'd'].map((sk) => ({ Put: { TableName, Item: { ...key(sk), v: '1' } } }))
  await client.send(new TransactWriteCommand({ TransactItems }))
  expect(await contentOf(other)).toEqual({})
  expect(await regions.replicateSome(2)).toBe(2)
  expect(Object.keys(await contentOf(other))).toHaveLength(2)
  expect(await regions.replicateSome(9)).toBe(2)
  expect(await contentOf(other)).toEqual({ a: '1', b: '1', c: '1', d: '1' })
})

test('with the link cut both regions write on; healed, the last writer of each item has won', async () => {
  const { home, other } = regions
  regions.cut()
  await put(home.db, 'both', 'home')
  await put(home.db, 'mine', 'home')
  await put(other.db, 'both', 'other')
  await put(openRegionDb(other.name, other.endpoint, other.tableName), 'theirs', 'other')
  await regions.replicateAll()
  expect(await contents()).toEqual([
    { both: 'home', mine: 'home' },
    { both: 'other', theirs: 'other' },
  ])
  regions.heal()
  await regions.replicateAll()
  const all = { both: 'other', mine: 'home', theirs: 'other' }
  expect(await contents()).toEqual([all, all])
})

test('a counter that both regions write under load is the same in both in the end', async () => {
  const { home, other } = regions
  const add = ({ db: { client, tableName: TableName } }: TestRegion) =>
    client.send(
      new UpdateCommand({
        ...{ TableName, Key: key('n'), UpdateExpression: 'ADD v :one' },
        ExpressionAttributeValues: { ':one': 1 },
      }),
    )
  const writing = Promise.all(Array.from({ length: 100 }, (_, i) => add(i % 3 ? home : other)))
  const delivering = Promise.all(Array.from({ length: 20 }, () => regions.replicateSome(1)))
  await Promise.all([writing, delivering])
  await regions.replicateAll()
  const [first, second] = await contents()
  expect([first, regions.replicator.pending()]).toEqual([second, []])
})

test('of a lost region nobody hears anything', async () => {
  const { home } = regions
  regions.replicator.lose(home.name)
  try {
    await expect(put(home.db, 'x', '1')).rejects.toMatchObject({ code: 'ECONNRESET' })
  } finally {
    regions.replicator.regain(home.name)
  }
  await put(home.db, 'y', '1')
  expect(await contentOf(home)).toEqual({ y: '1' })
})
