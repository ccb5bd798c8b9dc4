import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LOCAL_AWS } from '../../../local/environment.ts'
import { Sha256 } from '../../../shared/auth/sigv4.ts'
import { type Db, openDb } from '../../../shared/store/client.ts'
import { Connection } from '../../../shared/store/connection.ts'
import { withDeadline } from '../../../shared/store/deadline.ts'
import { consumed as consumedBy, newTally } from '../../../shared/store/tally.ts'
import { transact } from '../../../shared/store/transaction.ts'
import { testConfig, withTable } from '../../factories/engine.ts'

describe('the lean client', () => {
  const steps = (client: Pick<DynamoDBClient, 'middlewareStack'>) =>
    client.middlewareStack.identify().map((step) => step.split(' ')[0])

  test('is the bare client but for three steps, which an upgrade of the SDK may name anew, and one of ours', () => {
    const left = steps(openDb(testConfig('t'), LOCAL_AWS).client)
    const idle = ['loggerMiddleware', 'getUserAgentMiddleware', 'recursionDetectionMiddleware']
    expect(steps(new DynamoDBClient(LOCAL_AWS)).filter((step) => !left.includes(step))).toEqual(idle)
    expect(left.filter((step) => !steps(new DynamoDBClient(LOCAL_AWS)).includes(step))).toEqual(['metered'])
    expect(left).toHaveLength(steps(new DynamoDBClient(LOCAL_AWS)).length - idle.length + 1)
  })
})

/** A stand-in for DynamoDB. */
let server: Server
/** What it answers, call after call; `drop` closes the connection, `cut` does so in the middle of the answer. */
let answers: ([number, object] | 'drop' | 'cut' | 'hang')[]
let received: { method: string | undefined; headers: Record<string, string>; body: string; port: number | undefined }[]
let db: Db

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    const { method, socket } = request
    const headers = request.headers as Record<string, string>
    received.push({ method, headers, body, port: socket.remotePort })
    const answer = answers.shift() ?? 'hang'
    if (answer === 'hang') return
    if (answer === 'drop') request.socket.destroy()
    else if (answer === 'cut')
      response.writeHead(200, { 'content-length': 100 }).write('{', () => request.socket.destroy())
    else response.writeHead(answer[0], { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer[1]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  db = openDb({ ...testConfig('t'), dynamodbEndpoint: endpoint }, LOCAL_AWS)
})
beforeEach(() => {
  answers = []
  received = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const fault = (name: string, more: object = {}) => ({
  __type: `com.amazonaws.dynamodb.v20120810#${name}`,
  message: `No: ${name}`,
  ...more,
})
const get = () => db.client.send(new GetCommand({ TableName: 't', Key: { pk: 'Ä', sk: 'b' } }))
const ITEM: [number, object] = [200, { Item: { pk: { S: 'Ä' }, n: { N: '7' } } }]

describe('a tally', () => {
  test('tells each call that was answered, with the units that DynamoDB says, and conflicts', async () => {
    const tally = newTally()
    const tallied = withDeadline({ ...db, clock: () => 0, tally }, 60_000)
    const consumed = (CapacityUnits: number) => ({ TableName: 't', CapacityUnits })
    const cancelled = fault('TransactionCanceledException', { CancellationReasons: [{ Code: 'TransactionConflict' }] })
    const key = { pk: 'a', sk: 'b' }
    answers = [
      [200, { ...ITEM[1], ConsumedCapacity: consumed(0.5) }],
      [200, { ConsumedCapacity: consumed(2) }],
      [400, fault('ValidationException')],
      [400, cancelled],
      [200, { ConsumedCapacity: [consumed(8)] }],
    ]
    await tallied.client.send(new GetCommand({ TableName: 't', Key: key }))
    await tallied.client.send(new PutCommand({ TableName: 't', Item: key }))
    await tallied.client.send(new DeleteCommand({ TableName: 't', Key: key })).catch(() => {})
    await transact(tallied, { item: { Put: { Item: key } } }, 'token')
    expect(received.map(({ body }) => JSON.parse(body).ReturnConsumedCapacity)).toEqual(Array(5).fill('TOTAL'))
    expect(tally).toEqual({
      conflicts: 1,
      calls: [
        { command: 'GetItem', units: 0.5, ms: 0 },
        { command: 'PutItem', units: 2, ms: 0 },
        { command: 'TransactWriteItems', units: 8, ms: 0 },
      ],
    })
    expect(consumedBy(tally)).toEqual({ readUnits: 0.5, writeUnits: 10 })
  })
})

describe('a call', () => {
  test('is signed as AWS Signature Version 4 says, the whole of it, and named ours', async () => {
    answers = [ITEM]
    expect((await get()).Item).toEqual({ pk: 'Ä', n: 7 })
    const { headers, body } = received[0] as (typeof received)[number]
    const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? []
    const again = new SignatureV4({
      ...{ service: 'dynamodb', region: LOCAL_AWS.region, credentials: LOCAL_AWS.credentials, sha256: Sha256 },
      applyChecksum: false,
    })
    const { authorization, ...given } = Object.fromEntries(signed.map((name) => [name, headers[name] ?? '']))
    const request = { method: 'POST', protocol: 'http:', hostname: 'x', path: '/', headers: given, body }
    const at = (headers['x-amz-date'] ?? '').replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')
    const expected = await again.sign(request, { signingDate: new Date(at) })
    expect([authorization, headers.authorization]).toEqual([undefined, expected.headers.authorization])
    expect(signed).toEqual(expect.arrayContaining(['content-type', 'host', 'x-amz-date', 'x-amz-target']))
    expect([headers['user-agent'], headers['content-length']]).toEqual(['rolecall', String(Buffer.byteLength(body))])
  })

  test.each([
    ['a lost connection', 'drop' as const],
    ['an answer that was cut', 'cut' as const],
    ['throttling', [400, fault('ProvisionedThroughputExceededException')] as [number, object]],
    ['a fault of the service', [500, fault('InternalServerError')] as [number, object]],
  ])('is made again after %s, three times at most', async (_what, failure) => {
    answers = [failure, failure, failure, ITEM]
    expect((await get()).Item).toEqual({ pk: 'Ä', n: 7 })
    expect(new Set(received.map(({ body }) => body)).size).toBe(1)
    expect(received.map(({ headers }) => headers['amz-sdk-request'])).toEqual(
      [1, 2, 3, 4].map((attempt) => `attempt=${attempt}; max=4`),
    )
    answers = [failure, failure, failure, failure, ITEM]
    await expect(get()).rejects.toMatchObject({ $metadata: { attempts: 4 } })
  })

  test('that is refused is not made again, and says why', async () => {
    answers = [[400, fault('ValidationException')]]
    await expect(get()).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'No: ValidationException',
      $fault: 'client',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    })
  })

  test('that is aborted ends at once, and so does the wait for its next attempt', async () => {
    for (const answer of ['hang', [400, fault('ThrottlingException')]] as const) {
      received = []
      answers = [answer as 'hang', 'hang']
      const abortSignal = AbortSignal.timeout(60)
      const sending = db.client.send(new GetCommand({ TableName: 't', Key: { pk: 'a', sk: 'b' } }), { abortSignal })
      await expect(sending).rejects.toMatchObject({ name: 'AbortError' })
      expect(received.length).toBeLessThanOrEqual(2)
    }
  })

  test('takes what cannot be reached for a fault of the network', async () => {
    const nowhere = openDb({ ...testConfig('t'), dynamodbEndpoint: 'http://127.0.0.1:1' }, LOCAL_AWS)
    const sending = nowhere.client.send(new GetCommand({ TableName: 't', Key: { pk: 'a', sk: 'b' } }))
    await expect(sending).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})

describe('a connection that is opened ahead', () => {
  const url = () => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)

  test('is opened by a request that nobody signs, and carries the first call', async () => {
    const connection = new Connection()
    const own = openDb({ ...testConfig('t'), dynamodbEndpoint: url().href }, LOCAL_AWS, connection)
    answers = [[200, {}], ITEM]
    await connection.open(url())
    await own.client.send(new GetCommand({ TableName: 't', Key: { pk: 'a', sk: 'b' } }))
    const [opening, call] = received
    expect([opening?.method, opening?.headers.authorization, call?.method]).toEqual(['GET', undefined, 'POST'])
    expect(call?.port).toBe(opening?.port)
  })

  test('that cannot be opened, or hangs, stops nobody', async () => {
    await expect(new Connection().open(new URL('http://127.0.0.1:1'))).resolves.toBeUndefined()
    await expect(new Connection().open(url())).resolves.toBeUndefined()
  })
})

describe('on the engine', () => {
  const table = withTable()
  const key = { pk: 'P', sk: 'S' }
  const condition = {
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const

  test('every kind of value comes back as it was, text of every length and alphabet', async () => {
    const item = {
      ...key,
      text: 'Ä€😀'.repeat(20_000),
      bytes: new Uint8Array([0, 255]),
      list: [1, 'a', null, true],
      set: new Set(['x']),
    }
    await table.client.send(new PutCommand({ TableName: table.tableName, Item: { ...item, gone: undefined } }))
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.tableName, Key: key, ConsistentRead: true }),
    )
    expect(Item).toEqual(item)
  })

  test('the item that a failed condition met is shown, of single writes and of transactions', async () => {
    const Put = { TableName: table.tableName, Item: { ...key, n: 2 }, ...condition }
    await table.client.send(new PutCommand({ TableName: table.tableName, Item: { ...key, n: 1 } }))
    const met = { pk: { S: 'P' }, sk: { S: 'S' }, n: { N: '1' } }
    await expect(table.client.send(new PutCommand(Put))).rejects.toMatchObject({
      ...{ name: 'ConditionalCheckFailedException', Item: met },
    })
    await expect(table.client.send(new TransactWriteCommand({ TransactItems: [{ Put }] }))).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: met }],
    })
    await table.client.send(new DeleteCommand({ TableName: table.tableName, Key: key }))
  })
})
