import { describe, expect, test, vi } from 'vitest'
import type { EventAnswer } from '../../shared/audit/event-answer.ts'
import { EVENT_COLUMNS, presentEvent } from '../../shared/audit/event-row.ts'
import { eventsHandler } from '../../shared/http/events-handler.ts'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { MAX_ANSWER_BYTES, sentBytes } from '../../shared/scim/answer-size.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { adminContext } from '../factories/admin.ts'
import { ADMIN_ARN, apiEvent, lambdaContext } from '../factories/api-event.ts'
import { openTestDb, testConfig, testTable } from '../factories/engine.ts'
import { anEvent } from '../factories/events.ts'

const NOW = new Date('2026-08-31T12:00:00.000Z')
const UNRECORDED =
  'The request cannot be answered, since its audit event could not be stored; nothing was changed; retry after the seconds named in Retry-After'
const ago = (ms: number) => new Date(NOW.getTime() - ms)

/** A table with ten requests of the last five minutes and one older, and the function before it. */
async function system() {
  const db = await testTable()
  const recent = Array.from({ length: 10 }, (_, i) => anEvent(ago(280_000 - i * 20_000)))
  const older = anEvent(ago(3_600_000))
  for (const event of [older, ...recent]) await putEvent(db, event)
  const handler = eventsHandler({ config: testConfig(db.tableName), db, putEvent, now: () => NOW })
  return { db, recent, older, handler, ask: askOver(handler), invoke: invokeOn(handler) }
}

type Handler = ReturnType<typeof eventsHandler>

const askOver = (handler: Handler) => async (query: Record<string, string>) => {
  const answer = await handler(apiEvent({ resource: '/events', query, userArn: ADMIN_ARN }), lambdaContext())
  const { statusCode, body } = answer as { statusCode: number; body: string }
  return { status: statusCode, body: JSON.parse(body) }
}

const invokeOn = (handler: Handler) => (payload: unknown) => handler(payload, lambdaContext()) as Promise<EventAnswer>

describe("the auditor's question: the requests of the last five minutes, at most 200, ordered by time", () => {
  test('is answered by HTTP and by invocation alike', async () => {
    const { recent, ask, invoke } = await system()
    const expected = {
      from: '2026-08-31T11:55:00.000Z',
      to: '2026-08-31T12:00:00.000Z',
      limit: 200,
      events: recent.map(presentEvent),
      follow: expect.stringMatching(/^[\w-]{11,}$/),
    }
    expect(await ask({ last: '5m', limit: '200' })).toEqual({ status: 200, body: expected })
    const payload = {
      REST_SERVICE_TYPE: 'scim',
      TIME_RANGE_START: expected.from,
      TIME_RANGE_END: '2026-08-31T11:59:59.999Z',
      RESULT_LIMIT: 200,
    }
    expect(await invoke(payload)).toEqual({ ...expected, to: payload.TIME_RANGE_END })
    expect(Object.keys((await invoke(payload)).events[0] ?? {})).toEqual([...EVENT_COLUMNS])
  })

  test('is an event itself, with who asked for what', async () => {
    const { ask, invoke } = await system()
    await ask({ last: '5m' })
    await invoke({ last: '5m', limit: 3 })
    const { events } = await invoke({ last: '1s', type: 'ADMIN' })
    expect(events.map((row) => [row.EVENT_TYPE, row.METHOD, row.ACTOR_NAME, row.STATUS])).toEqual([
      ['ADMIN', 'GET', ADMIN_ARN, 'SUCCESS'],
      ['ADMIN', 'INVOKE', 'lambda:InvokeFunction', 'SUCCESS'],
    ])
    expect(events.map((row) => [row.ENDPOINT, JSON.parse(row.DETAILS).query])).toEqual([
      ['events', 'last=5m'],
      ['events', '{"last":"5m","limit":3}'],
    ])
  })
})

describe('what cannot be answered', () => {
  const outside = /^Cannot show events from 2026-01-01T00:00:00.000Z: events are kept 90 days/

  test('is refused by HTTP with a SCIM error, and the refusal is an event', async () => {
    const { ask } = await system()
    const { status, body } = await ask({ from: '2026-01-01' })
    expect(status).toBe(400)
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '400',
      scimType: 'invalidValue',
      detail: expect.stringMatching(outside),
    })
    const { events } = (await ask({ last: '1m', status: 'FAILURE', type: 'ALL' })).body as EventAnswer
    expect(events.map((row) => row.ERROR_CODE)).toEqual(['400 invalidValue'])
  })

  test.each([
    [{ from: '2026-01-01' }, 'invalidValue', outside],
    [{ account: 'A#x' }, 'invalidValue', /^Cannot read account "A#x"/],
    [[1], 'invalidSyntax', /^Cannot read the payload/],
    ['last 5m', 'invalidSyntax', /^Cannot read the payload/],
  ])('is refused by invocation with an error named like the SCIM error type: %o', async (payload, name, message) => {
    const { invoke } = await system()
    const error = await invoke(payload).catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ name, message: expect.stringMatching(message), stack: '' })
  })

  test('nothing is answered when the event of asking cannot be stored', async () => {
    const { db } = await system()
    const failing = () => Promise.reject(new Error('No table'))
    const handler = eventsHandler({ config: testConfig(db.tableName), db, putEvent: failing, now: () => NOW })
    await expect(invokeOn(handler)({})).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: `${UNRECORDED} (Retry-After: 5)`,
      stack: '',
    })
    expect((await askOver(handler)({})).status).toBe(503)
  })
})

test('an invocation leaves one line, whatever becomes of it', async () => {
  const db = await testTable()
  const config = { ...testConfig(db.tableName), requestLog: true }
  const invoke = invokeOn(eventsHandler({ config, db, putEvent, now: () => NOW }))
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  await invoke({ last: '5m' })
  await invoke({ last: 'soon' }).catch(() => {})
  const lines = written.mock.calls.map(([text]) => JSON.parse(String(text)))
  written.mockRestore()
  const line = { message: 'request', requestId: expect.stringMatching(/./), method: 'INVOKE', route: '/events' }
  expect(lines).toMatchObject([
    { ...line, account: 'default', status: 200, outcome: 'ok', Requests: 1 },
    { ...line, account: 'default', status: 400, outcome: 'refused', Requests: 1 },
  ])
})

describe('an invocation that fails', () => {
  /** The function on a table whose queries fail in this way; it can still be written to. */
  async function failing(error: Error) {
    const { db, ask } = await system()
    const broken = openTestDb(db.tableName)
    broken.client.middlewareStack.add(
      (next, { commandName }) =>
        (args) =>
          commandName === 'QueryCommand' ? Promise.reject(error) : next(args),
      { step: 'initialize', priority: 'low' },
    )
    const handler = eventsHandler({ config: testConfig(db.tableName), db: broken, putEvent, now: () => NOW })
    const refusal = await invokeOn(handler)({ last: '5m' }).catch((thrown: unknown) => thrown)
    const { events } = (await ask({ last: '1s', type: 'ADMIN' })).body as EventAnswer
    return { refusal, events: events.map((row) => [row.METHOD, row.ERROR_CODE, JSON.parse(row.DETAILS).query]) }
  }

  test.each([
    [
      'ThrottlingException',
      {
        name: 'TooManyRequests',
        message: expect.stringMatching(/^Too many requests at this moment.*Retry-After: 2\)$/),
      },
      '429',
    ],
    [
      'TimeoutError',
      { name: 'ServiceUnavailable', message: expect.stringMatching(/^The table does not answer.*Retry-After: 5\)$/) },
      '503',
    ],
    [
      'TypeError',
      { name: 'InternalError', message: expect.stringMatching(/^Internal error; retry, and report/) },
      '500',
    ],
  ])('by a %s says so, and is an event', async (name, expected, code) => {
    const { refusal, events } = await failing(Object.assign(new Error('inside'), { name }))
    expect(refusal).toMatchObject({ ...expected, stack: '' })
    expect(events).toEqual([['INVOKE', code, '{"last":"5m"}']])
  })

  test.each([
    ['last 5m', '"last 5m"'],
    [{ account: 'A#x' }, '{"account":"A#x"}'],
    [{ account: 5, last: '5m' }, '{"account":5,"last":"5m"}'],
  ])('since %j cannot be read is an event of the default account', async (payload, query) => {
    const { ask, invoke } = await system()
    await expect(invoke(payload)).rejects.toThrow(/^Cannot read/)
    const { events } = (await ask({ last: '1s', type: 'ADMIN' })).body as EventAnswer
    expect(events.map((row) => [row.METHOD, row.STATUS, JSON.parse(row.DETAILS).query])).toEqual([
      ['INVOKE', 'FAILURE', query],
    ])
  })
})

test('an account sees its own events only', async () => {
  const { db, ask, invoke } = await system()
  const event = anEvent(ago(60_000), { account: 'acme' })
  await putEvent(db, event)
  expect((await ask({ account: 'acme' })).body.events).toEqual([presentEvent(event)])
  expect((await invoke({ account: 'acme', to: ago(1).toISOString() })).events).toEqual([presentEvent(event)])
})

test('an answer too large for a Lambda is cut, and asking on brings the rest', async () => {
  const { db, invoke, recent, older } = await system()
  const detail = 'x'.repeat(500)
  const changes = [{ attribute: 'photos', after: '"'.repeat(3000) }]
  const large = Array.from({ length: 600 }, (_, i) => anEvent(ago(7_200_000 - i), { detail, changes }))
  await seed(db, large)
  const found: string[] = []
  let answer = await invoke({ limit: 10_000, last: '3h' })
  for (let questions = 1; ; questions++) {
    expect(sentBytes(answer)).toBeLessThan(MAX_ANSWER_BYTES)
    found.unshift(...answer.events.map((row) => row.EVENT_ID))
    if (!answer.next) break
    expect(questions).toBeLessThan(10)
    answer = await invoke({ limit: 10_000, last: '3h', to: ago(1).toISOString(), before: answer.next })
  }
  expect(found).toEqual([...large, older, ...recent].map(({ eventId }) => eventId))
})

const seed = (db: Db, events: ReturnType<typeof anEvent>[]) =>
  batchWrite(
    db,
    events.map((event) => ({ PutRequest: { Item: toEventItem(db, event) } })),
  )

describe('a name that is not there (404)', () => {
  test.each([
    [{ account: 'typo' }, 'There is no account "typo": there is default'],
    [
      { integration: 'typo' },
      'There is no integration "TYPO" in account "default": there is OKTA, IAM for administrators',
    ],
  ])('%o is refused by HTTP and by invocation, with what there is', async (question, detail) => {
    const { db, ask, invoke } = await system()
    await createIntegration(adminContext(db, { now: NOW }), { name: 'OKTA', clientKind: 'OKTA' })
    const first = await ask(question)
    expect([first.status, first.body.detail]).toEqual([404, detail])
    const error = await invoke(question).catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ name: 'NotFound', message: expect.stringContaining(detail), stack: '' })
    const again = await ask({ ...question, type: 'ALL', allowEmpty: 'true' })
    expect(again.body).toMatchObject('account' in question ? { status: '404', detail } : { events: [] })
    // The refusal stands where somebody reads it, and makes no history of an account that is not there.
    const { events } = (await ask({ type: 'ALL' })).body
    expect(events.filter(({ STATUS }: { STATUS: string }) => STATUS === 'FAILURE').length).toBeGreaterThan(1)
  })

  /** Who `adminContext` says created the integration. */
  const CREATOR = 'arn:aws:iam::000000000000:user/test'
  const notFound = (actor: string, count: number, others: string) =>
    `No actor "${actor}" was found among the most recent ${count} events of the last 7 days in account "default": there is OKTA_PROVISIONER and in those events ${others}; ask for another range, or with allowEmpty=true`

  test.each(['typo', 'arn:aws:iam::123456789012:user/Typo'])(
    'an actor %s is refused as not found in the events looked at, quoted as typed',
    async (actor) => {
      const { db, ask, invoke } = await system()
      await createIntegration(adminContext(db, { now: NOW }), { name: 'OKTA', clientKind: 'OKTA' })
      const first = await ask({ actor })
      expect([first.status, first.body.detail]).toEqual([404, notFound(actor, 12, CREATOR)])
      const error = await invoke({ actor }).catch((refusal: unknown) => refusal)
      expect(error).toMatchObject({
        name: 'NotFound',
        message: notFound(actor, 13, [CREATOR, ADMIN_ARN].sort().join(', ')),
        stack: '',
      })
      expect((await ask({ actor, allowEmpty: 'true' })).body.events).toEqual([])
    },
  )

  test.each(['old actor', 'arn:aws:iam::123456789012:user/old'])(
    'an actor %s from before the 5,000 most recent events is not said to be unknown, nor known',
    async (actor) => {
      const { db, ask } = await system()
      await createIntegration(adminContext(db, { now: NOW }), { name: 'OKTA', clientKind: 'OKTA' })
      await putEvent(db, anEvent(ago(86_400_000), { actorName: actor }))
      const crowd = Array.from({ length: 5100 }, (_, i) => anEvent(ago(1000 + i)))
      await seed(db, crowd)
      const { status, body } = await ask({ actor, last: '5m' })
      expect([status, body.detail]).toEqual([404, notFound(actor, 5000, CREATOR)])
      expect((await ask({ actor, last: '2d' })).body.events).toHaveLength(1)
    },
  )

  test('an actor that is no role and has no colon is there when it acted, in any letter case', async () => {
    const { db, ask } = await system()
    await putEvent(db, anEvent(ago(2_400_000), { actorName: 'npm start' }))
    expect(await ask({ actor: 'NPM Start', last: '5m' })).toMatchObject({ status: 200, body: { events: [] } })
  })

  test.each([
    { integration: 'okta' },
    { integration: 'iam', last: '1s' },
    { actor: 'okta_provisioner' },
    { actor: ADMIN_ARN, method: 'DELETE' },
    { token: '3fTq0Zr8LkWb2NcXyV9aHs' },
    { address: '198.51.100.0/24' },
  ])('%o is there, and has nothing to show', async (question) => {
    const { db, ask } = await system()
    await createIntegration(adminContext(db, { now: NOW }), { name: 'OKTA', clientKind: 'OKTA' })
    await ask({ last: '1s' })
    expect(await ask({ ...question, status: '418' })).toMatchObject({ status: 200, body: { events: [] } })
  })
})

test.each([
  [{ actor: 'other_role' }, 1],
  [{ actor: 'OKTA_PROVISIONER', last: '5m' }, 12],
  [{ token: 'x'.repeat(22) }, 1],
  [{ address: '192.0.2.9' }, 2],
  [{ address: '192.0.2.0/23' }, 2],
  [{ address: '2001:db8::/32' }, 0],
])('%o finds %i events, by HTTP and by invocation alike', async (question, count) => {
  const { db, ask, invoke } = await system()
  await putEvent(db, anEvent(ago(1000), { actorName: 'OTHER_ROLE' }))
  await putEvent(db, anEvent(ago(1000), { tokenId: 'x'.repeat(22), clientIp: '192.0.2.9' }))
  // A row of refused tokens has the block that it counts.
  await putEvent(db, anEvent(ago(1000), { clientIp: '192.0.2.0/24', count: 3 }))
  const { events } = await invoke({ ...question, type: 'SCIM' })
  expect(events).toHaveLength(count)
  expect((await ask({ ...question, type: 'SCIM' })).body.events).toEqual(events)
})
