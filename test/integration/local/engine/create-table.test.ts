import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { createTable, ensureTable, toCreateTable } from '../../../../local/engine/create-table.ts'
import { openTestDb, testTable } from '../../../factories/engine.ts'

test('a fresh table has the keys, the index and the TTL of the definition, and no stream', async () => {
  const db = openTestDb(`test-${crypto.randomUUID()}`)
  await createTable(db)
  const { Table } = await db.client.send(new DescribeTableCommand({ TableName: db.tableName }))
  const expected = toCreateTable(db.tableName)
  expect(Table).toMatchObject({
    KeySchema: expected.KeySchema,
    GlobalSecondaryIndexes: expected.GlobalSecondaryIndexes,
  })
  expect(Table?.StreamSpecification).toBeUndefined()
  const { TimeToLiveDescription } = await db.client.send(new DescribeTimeToLiveCommand({ TableName: db.tableName }))
  expect(TimeToLiveDescription).toEqual({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' })
})

test('the index shows its keys and the projected attributes only', async () => {
  const db = await testTable()
  const item = { pk: 'A#a#X', sk: '1', gsi1pk: 'A#a#Y', gsi1sk: '2', other: 1 }
  await db.client.send(new PutCommand({ TableName: db.tableName, Item: item }))
  const query = { KeyConditionExpression: 'gsi1pk = :p', ExpressionAttributeValues: { ':p': 'A#a#Y' } }
  const { Items } = await db.client.send(new QueryCommand({ TableName: db.tableName, IndexName: 'gsi1', ...query }))
  const { other: _, ...projected } = item
  expect(Items).toEqual([projected])
})

test('ensureTable() creates a table once and leaves its data alone after that', async () => {
  const db = openTestDb(`test-${crypto.randomUUID()}`)
  await ensureTable(db)
  const item = { pk: 'A#a#X', sk: '1' }
  await db.client.send(new PutCommand({ TableName: db.tableName, Item: item }))
  await ensureTable(db)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key: item }))
  expect(Item).toEqual(item)
})
