import { setTimeout as sleep } from 'node:timers/promises'
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LOCAL_AWS } from '../../local/environment.ts'
import { newToken } from '../../shared/auth/token.ts'
import { adminHandler } from '../../shared/http/admin/handler.ts'
import { adminOperations } from '../../shared/http/admin/operations.ts'
import { authorizerHandler } from '../../shared/http/authorizer-handler.ts'
import { eventsHandler } from '../../shared/http/events-handler.ts'
import { BULK_OPERATION_MS, RESERVE_MS } from '../../shared/http/time-limits.ts'
import type { Db } from '../../shared/store/client.ts'
import { Connection } from '../../shared/store/connection.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { lightTable, openLightDb } from '../../shared/store/light-client.ts'
import { ADMIN_ARN, apiEvent, lambdaContext } from '../factories/api-event.ts'
import { engineEndpoint, openTestDb, testConfig, withTable } from '../factories/engine.ts'
import { anEvent } from '../factories/events.ts'
import { type EngineProxy, startProxy, type Treatment } from '../factories/proxy.ts'
import { scanEvents } from '../factories/scan.ts'
import { type Answer, newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'

/** Time for the work of a request whose table hangs: enough for what does not hang. */
const WORK_MS = 700
const lambda = { ...lambdaContext(), getRemainingTimeInMillis: () => RESERVE_MS + WORK_MS }

const db = withTable()
let proxy: EngineProxy
let behind: Db
/** What becomes of the calls to the table. */
let treat: (operation: string) => Treatment
let calls: string[]

beforeAll(async () => {
  proxy = await startProxy(engineEndpoint(), (operation) => {
    calls.push(operation)
    return treat(operation)
  })
  // As on AWS: an engine elsewhere is given more time for an attempt.
  const requestHandler = new Connection(1000) as unknown as NonNullable<DynamoDBClientConfig['requestHandler']>
  behind = openTestDb(db.tableName, { endpoint: proxy.endpoint, requestHandler })
})
beforeEach(() => {
  calls = []
  treat = () => 'pass'
})
afterAll(() => proxy.close())

/** The operations that hang; others are passed on. */
const hanging =
  (...operations: string[]) =>
  (operation: string): Treatment =>
    operations.includes(operation) ? 'hang' : 'pass'
const EVERY_CALL = ['GetItem', 'Query', 'BatchGetItem', 'PutItem', 'UpdateItem', 'TransactWriteItems']

/** Lambda ends an invocation after its time, whatever it is doing. */
const inTime = <T>(answering: Promise<T>): Promise<T | 'ended by Lambda'> =>
  Promise.race([answering, sleep(RESERVE_MS + WORK_MS, 'ended by Lambda' as const, { ref: false })])

const RETRY = 'retry after the seconds named in Retry-After'
const UNCHANGED = `The request ran out of time; nothing was changed; ${RETRY}`
const COMMITTED =
  'The request ran out of time; the change is committed; read the resource after the seconds named in Retry-After'
const UNRECORDED = 'The request cannot be answered, since its audit event could not be stored'
const UNKNOWN =
  'the change may have been committed; read the resource, after the seconds named in Retry-After, before you retry'

const body = (detail: string) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status: '503',
  detail,
})
const refusal = (detail: string) => ({
  status: 503,
  headers: {
    'content-type': 'application/scim+json',
    'x-request-id': expect.any(String),
    'cache-control': 'no-store',
    'retry-after': '5',
  },
  body: body(detail),
})

/** A caller of an account of its own, with a user, before anything hangs; and the events after that. */
async function withUser(account: string) {
  const caller = principal({ account })
  const direct = scimApi(db, caller)
  const { body: user } = await direct('POST', '/Users', newUser(`${account}@example.com`))
  const behindProxy = scimApi(behind, caller, { remainingMs: lambda.getRemainingTimeInMillis })
  const request = (method: string, path: string, content?: unknown): Promise<Answer | 'ended by Lambda'> =>
    inTime(behindProxy(method, path, content))
  const events = async () =>
    (await scanEvents(db, account)).flatMap(({ method, status, detail }) =>
      method === 'POST' && status === 201 ? [] : [{ method, status, detail }],
    )
  const title = async () => (await direct('GET', `/Users/${user.id}`)).body.title
  return { request, events, title, direct, path: `/Users/${user.id}` }
}

const PATCH = patchOf({ op: 'replace', path: 'title', value: 'Engineer' })

describe('a table that hangs', () => {
  test.each([
    ['the object', 'GetItem', (path: string) => path],
    ['the list', 'Query', () => '/Users?count=5'],
    ['the names', 'GetItem', () => '/Users?filter=userName eq "reads-the-names@example.com"'],
  ])('while a GET reads %s is answered 503 and recorded', async (what, operation, pathOf) => {
    const { request, events, path } = await withUser(`reads-${what.replace(' ', '-')}`)
    treat = hanging(operation, 'Query')
    expect(await request('GET', pathOf(path))).toEqual(refusal(UNCHANGED))
    expect(await events()).toEqual([{ method: 'GET', status: 503, detail: UNCHANGED }])
  })

  test('altogether is answered 503, since not even the event can be stored', async () => {
    const { request, events, path } = await withUser('hangs-altogether')
    treat = hanging(...EVERY_CALL)
    expect(await request('GET', path)).toEqual(refusal(`${UNRECORDED}; nothing was changed; ${RETRY}`))
    expect(await events()).toEqual([])
  })

  test('before the commit of a PATCH leaves everything as it was', async () => {
    const { request, events, title, path } = await withUser('before-commit')
    treat = hanging('GetItem')
    expect(await request('PATCH', path, PATCH)).toEqual(refusal(UNCHANGED))
    expect(await events()).toEqual([{ method: 'PATCH', status: 503, detail: UNCHANGED }])
    expect([await title(), calls.includes('TransactWriteItems')]).toEqual([undefined, false])
  })

  test('with the commit, which does not get there, is found not to have taken it', async () => {
    const { request, events, title, path } = await withUser('no-commit')
    treat = hanging('TransactWriteItems')
    expect(await request('PATCH', path, PATCH)).toEqual(refusal(UNCHANGED))
    expect(await events()).toEqual([{ method: 'PATCH', status: 503, detail: UNCHANGED }])
    expect(await title()).toBeUndefined()
  })

  test('with the commit, which gets there after the answer, refuses it: nothing is written later than was said', async () => {
    const { request, events, title, path } = await withUser('late-commit')
    const late = Promise.withResolvers<void>()
    treat = (operation) => (operation === 'TransactWriteItems' ? late.promise : 'pass')
    expect(await request('PATCH', path, PATCH)).toEqual(refusal(UNCHANGED))
    late.resolve()
    await sleep(200)
    expect(await events()).toEqual([{ method: 'PATCH', status: 503, detail: UNCHANGED }])
    expect(await title()).toBeUndefined()
  })

  test('with the answer to the commit is found to have taken it', async () => {
    const { request, events, title, path } = await withUser('lost-answer')
    treat = (operation) => (operation === 'TransactWriteItems' ? 'lose' : 'pass')
    expect(await request('PATCH', path, PATCH)).toEqual(refusal(COMMITTED))
    expect(await events()).toEqual([{ method: 'PATCH', status: 200, detail: undefined }])
    expect(await title()).toBe('Engineer')
  })

  test('from the commit on leaves open whether it was made', async () => {
    const { request, events, title, path } = await withUser('open')
    treat = (operation) => (operation === 'TransactWriteItems' ? 'lose' : hanging('PutItem')(operation))
    expect(await request('PATCH', path, PATCH)).toEqual(refusal(`${UNRECORDED}; ${UNKNOWN}`))
    expect(await events()).toEqual([{ method: 'PATCH', status: 200, detail: undefined }])
    expect(await title()).toBe('Engineer')
  })

  test('in the middle of a Bulk request ends it there, each operation saying what became of it', async () => {
    const { events, direct } = await withUser('bulk')
    treat = (operation) =>
      operation === 'TransactWriteItems' && calls.filter((one) => one === operation).length > 1 ? 'hang' : 'pass'
    const posts = ['first', 'second', 'third'].map((name) => ({
      ...{ method: 'POST', path: '/Users', bulkId: name },
      data: newUser(`${name}@example.com`),
    }))
    const slow = scimApi(behind, principal({ account: 'bulk' }), {
      remainingMs: () => RESERVE_MS + BULK_OPERATION_MS + WORK_MS,
    })
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest']
    const answer = await slow('POST', '/Bulk', { schemas, Operations: posts })
    expect(answer.status).toBe(200)
    expect(answer.body.Operations).toEqual([
      expect.objectContaining({ bulkId: 'first', status: '201' }),
      { method: 'POST', bulkId: 'second', status: '503', response: body(UNCHANGED) },
      {
        ...{ method: 'POST', bulkId: 'third', status: '503' },
        response: body('Not tried, since the request ran out of time: send this operation again in another'),
      },
    ])
    expect((await direct('GET', '/Users?filter=userName sw "second"')).body.totalResults).toBe(0)
    expect(await events()).toEqual(
      expect.arrayContaining([
        { method: 'POST', status: 503, detail: UNCHANGED },
        { method: 'POST', status: 200, detail: undefined },
      ]),
    )
  })
})

test('an attempt that is not answered is made again, while there is time', async () => {
  const { direct, path } = await withUser('second-attempt')
  treat = (operation) => (calls.filter((one) => one === 'GetItem').length > 1 ? 'pass' : hanging('GetItem')(operation))
  const { status, body: user } = await scimApi(behind, principal({ account: 'second-attempt' }))('GET', path)
  expect([status, user]).toEqual([200, (await direct('GET', path)).body])
})

describe('every other function ends in time too', () => {
  const config = () => ({ ...testConfig(db.tableName), dynamodbEndpoint: proxy.endpoint })
  const options = () => ({ config: config(), db: behind, putEvent })

  test('the authorizer', async () => {
    treat = hanging('GetItem')
    const event = { ...apiEvent({ resource: '/scim/v2/Users' }), type: 'REQUEST', methodArn: '' }
    event.headers = { Authorization: `Bearer ${newToken().token}` }
    const authorize = authorizerHandler({ db: behind, region: 'eu-central-1', deployment: 'rolecall' })
    const answering = authorize(event as unknown as APIGatewayRequestAuthorizerEvent, lambda)
    await expect(inTime(answering)).rejects.toMatchObject({ status: 503, message: UNCHANGED })
  })

  test('that of administrators', async () => {
    treat = hanging('Query', 'GetItem')
    const handler = adminHandler<'admin'>(options(), adminOperations)
    const event = apiEvent({ resource: '/admin/integrations', userArn: ADMIN_ARN })
    expect(await inTime(handler(event, lambda))).toMatchObject({
      statusCode: 503,
      body: JSON.stringify(body(UNCHANGED)),
    })
  })

  test('that of auditors, when it is invoked', async () => {
    treat = hanging('Query')
    const invoke = eventsHandler(options()) as (payload: unknown, context: typeof lambda) => Promise<unknown>
    const message = `${UNCHANGED} (Retry-After: 5)`
    await expect(inTime(invoke({ last: '5m' }, lambda))).rejects.toMatchObject({ name: 'ServiceUnavailable', message })
  })

  test('the light writer of events: past its deadline it sends nothing', async () => {
    treat = hanging('PutItem')
    const { putEvent: put } = lightTable(config(), LOCAL_AWS)
    const soon = { ...openLightDb(config()), deadline: Date.now() + 200 }
    await expect(put(soon, anEvent(new Date()))).rejects.toMatchObject({ name: 'OutOfTime' })
    expect(calls).toEqual(['PutItem'])
  })
})
