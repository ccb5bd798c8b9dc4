import { BatchWriteCommand, DeleteCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { DynamoDBStreamEvent } from 'aws-lambda'
import { expect, test } from 'vitest'
import { withAwsTable } from '../factories/aws.ts'
import { startTableStream, type TableStreamOptions } from './table-stream.ts'

const db = withAwsTable()
const TableName = db.tableName
let partitions = 0

/** Writes and hears; `fail` says what becomes of a delivery, whose place in the row of them it gets. */
async function heard(
  fail: (event: DynamoDBStreamEvent, n: number) => unknown,
  write: (put: (sk: string, more?: object) => Promise<unknown>, pk: string) => Promise<unknown>,
  options: Partial<TableStreamOptions> = {},
) {
  const pk = `partition-${++partitions}`
  const deliveries: string[][] = []
  const deliver = async (event: DynamoDBStreamEvent) => {
    deliveries.push(event.Records.map(({ eventName, dynamodb }) => `${eventName} ${dynamodb?.Keys?.sk?.S}`))
    return fail(event, deliveries.length)
  }
  const isMeant: TableStreamOptions['isMeant'] = ({ dynamodb }) => dynamodb?.Keys?.pk?.S === pk
  const stream = startTableStream(db.aws(), { deliver, isMeant, retryMs: 1, ...options })
  const put = (sk: string, more = {}) => db.client.send(new PutCommand({ TableName, Item: { pk, sk, ...more } }))
  await write(put, pk)
  await stream.idle()
  await stream.close()
  return { deliveries, dead: stream.dead.map(({ dynamodb }) => dynamodb?.Keys?.sk?.S) }
}

test('every change is heard in its order, those of batches and transactions one by one; no change is no record', async () => {
  const { deliveries } = await heard(
    () => undefined,
    async (put, pk) => {
      await put('a')
      await put('a')
      await put('a', { n: 1 })
      const both = ['b', 'c'].map((sk) => ({ Put: { TableName, Item: { pk, sk } } }))
      await db.client.send(new TransactWriteCommand({ TransactItems: both }))
      await db.client.send(
        new BatchWriteCommand({ RequestItems: { [TableName]: [{ DeleteRequest: { Key: { pk, sk: 'b' } } }] } }),
      )
      await db.client.send(new DeleteCommand({ TableName, Key: { pk, sk: 'none' } }))
    },
  )
  expect(deliveries.flat()).toEqual(['INSERT a', 'MODIFY a', 'INSERT b', 'INSERT c', 'REMOVE b'])
})

test('what fails comes again from the first that failed on; in the end it is given up', async () => {
  const second = ({ Records: [, next] }: DynamoDBStreamEvent) => ({
    batchItemFailures: [{ itemIdentifier: next?.dynamodb?.SequenceNumber }],
  })
  const writeTwo = async (_: unknown, pk: string) => {
    const both = ['a', 'b'].map((sk) => ({ Put: { TableName, Item: { pk, sk } } }))
    await db.client.send(new TransactWriteCommand({ TransactItems: both }))
  }
  const partial = await heard((event, n) => (n === 1 ? second(event) : undefined), writeTwo)
  expect(partial).toEqual({ deliveries: [['INSERT a', 'INSERT b'], ['INSERT b']], dead: [] })
  const refused = await heard(() => Promise.reject(new Error('no')), writeTwo, { maxAttempts: 2 })
  expect(refused.deliveries).toEqual([
    ['INSERT a', 'INSERT b'],
    ['INSERT a', 'INSERT b'],
  ])
  expect(refused.dead).toEqual(['a', 'b'])
})

test('a delivery may be doubled, a record lost', async () => {
  const doubled = await heard(
    () => undefined,
    (put) => put('a'),
    { doubles: () => true },
  )
  expect(doubled.deliveries).toEqual([['INSERT a'], ['INSERT a']])
  const lost = await heard(
    () => undefined,
    (put) => put('a'),
    { loses: () => true },
  )
  expect(lost.deliveries).toEqual([])
})
