import { expect, test } from 'vitest'
import { EngineConnection } from '../../../../local/engine/engine-connection.ts'
import { startEngineProxy } from '../../../../local/engine/engine-proxy.ts'
import type { Written } from '../../../../local/regions/replicator.ts'
import { startWriteProxy } from '../../../../local/regions/write-proxy.ts'

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r1' }

/** Calls an engine that gives one answer through the proxy; what was answered, and what counts as written. */
async function call(operation: string, input: object, status: number, answer: object) {
  const body = Buffer.from(JSON.stringify(answer))
  const engine = await startEngineProxy(async () => ({ status, headers: JSON_TYPE, body }))
  const locked: (readonly string[])[] = []
  const written: (readonly string[])[] = []
  const replicator = {
    isLost: () => false,
    async write<T>(_region: string, keys: readonly string[], act: () => Promise<Written<T>>): Promise<T> {
      locked.push(keys)
      const done = await act()
      written.push(done.written)
      return done.answer
    },
  }
  const behind = new EngineConnection(engine.endpoint)
  const proxy = await startWriteProxy({ region: 'a', engine: behind, tableName: 't', replicator })
  const caller = new EngineConnection(proxy.endpoint)
  const heard = await caller.send(operation, JSON.stringify(input))
  for (const one of [caller, behind]) one.close()
  for (const one of [proxy, engine]) await one.close()
  const { date: _, ...headers } = heard.headers
  return {
    locked: locked.flat(),
    written: written.flat(),
    heard: { status: heard.status, headers, body: heard.body.toString() },
  }
}

const item = (sk: string) => ({ pk: { S: 'P' }, sk: { S: sk }, v: { N: '1' } })
const key = (sk: string) => ({ pk: { S: 'P' }, sk: { S: sk } })
const ids = (...sks: string[]) => sks.map((sk) => JSON.stringify(['P', sk]))

test('what a batch leaves undone is not written', async () => {
  const requests = [
    { PutRequest: { Item: item('a') } },
    { DeleteRequest: { Key: key('b') } },
    { PutRequest: { Item: item('c') } },
  ]
  const input = { RequestItems: { t: requests, u: [{ PutRequest: { Item: item('elsewhere') } }] } }
  const undone = { UnprocessedItems: { t: [requests[0]] } }
  const { locked, written, heard } = await call('BatchWriteItem', input, 200, undone)
  expect([locked, written]).toEqual([ids('a', 'b', 'c'), ids('b', 'c')])
  expect(heard).toEqual({ status: 200, headers: JSON_TYPE, body: JSON.stringify(undone) })
})

test('nothing of a failed call is written, nor of a check or of another table', async () => {
  const actions = [
    { Put: { TableName: 't', Item: item('a') } },
    { ConditionCheck: { TableName: 't', Key: key('gate') } },
    { Delete: { TableName: 'u', Key: key('b') } },
    { Update: { TableName: 't', Key: key('c') } },
  ]
  const failure = { __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException', Message: 'no' }
  const failed = await call('TransactWriteItems', { TransactItems: actions }, 400, failure)
  expect([failed.locked, failed.written]).toEqual([ids('a', 'c'), []])
  expect(failed.heard).toEqual({ status: 400, headers: JSON_TYPE, body: JSON.stringify(failure) })
  const done = await call('TransactWriteItems', { TransactItems: actions }, 200, {})
  expect(done.written).toEqual(ids('a', 'c'))
})

test.each(['GetItem', 'Query', 'DescribeTable'])('%s goes on at once', async (operation) => {
  const { locked, heard } = await call(operation, { TableName: 't', Key: key('a') }, 200, { Item: item('a') })
  expect([locked, heard.body]).toEqual([[], JSON.stringify({ Item: item('a') })])
})
