import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { LOCAL_AWS } from '../../local/environment.ts'
import { engineEndpoint, testTable } from '../factories/engine.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

test('the command serves an engine by a plan, and says in the end what was used', async () => {
  const { tableName: TableName } = await testTable()
  const child = spawn(process.execPath, [MAIN, '--engine', engineEndpoint(), '--plan', '{"readUnitsPerSecond":0.001}'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [address] = (await once(child.stdout, 'data')) as [Buffer]
  const client = new DynamoDBClient({ endpoint: address.toString().trim(), ...LOCAL_AWS, maxAttempts: 1 })
  const get = () => client.send(new GetItemCommand({ TableName, Key: { pk: { S: 'p' }, sk: { S: 's' } } }))
  await get()
  await expect(get()).rejects.toMatchObject({ name: 'ThrottlingException' })
  client.destroy()
  const said = text(child.stdout)
  child.kill('SIGTERM')
  const total = { calls: 2, throttled: 1, conflicts: 0, readUnits: 0.5, writeUnits: 0 }
  expect(JSON.parse(await said)).toEqual({ total, operations: { GetItem: total } })
})

test('without an engine it says how it is called', async () => {
  const { DYNAMODB_ENDPOINT: _, ...env } = process.env
  const failed = await promisify(execFile)(process.execPath, [MAIN], { env }).catch((error) => error)
  expect([failed.code, failed.stderr]).toEqual([2, expect.stringContaining('node test/aws/main.ts --engine URL')])
})
