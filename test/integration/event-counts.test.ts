import { expect, test } from 'vitest'
import { parseEventQuery } from '../../shared/audit/event-query.ts'
import { presentEvent } from '../../shared/audit/event-row.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { eventsHandler } from '../../shared/http/events-handler.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { countEvents } from '../../shared/store/events/counts.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { namedId } from '../../shared/store/new-id.ts'
import { ADMIN_ARN, apiEvent, lambdaContext } from '../factories/api-event.ts'
import { testConfig, testTable } from '../factories/engine.ts'
import { anEvent } from '../factories/events.ts'

const NOW = new Date('2026-08-31T12:00:00.000Z')
const MINUTE = 60_000
const ago = (ms: number) => new Date(NOW.getTime() - ms)
const changes = [{ attribute: 'title', after: 'x' }]

const seed = (db: Db, events: RestEvent[]) =>
  batchWrite(
    db,
    events.map((event) => ({ PutRequest: { Item: toEventItem(db, event) } })),
  )

const functionOf = (db: Db) => eventsHandler({ config: testConfig(db.tableName), db, putEvent, now: () => NOW })

function askOver(db: Db) {
  const handler = functionOf(db)
  return async (query: Record<string, string>, resource = '/events/counts', params = {}) => {
    const answer = await handler(apiEvent({ resource, query, params, userArn: ADMIN_ARN }), lambdaContext())
    const { statusCode, body } = answer as { statusCode: number; body: string }
    return { status: statusCode, body: JSON.parse(body) }
  }
}

const none = { changed: 0, read: 0, refused: 0, failed: 0 }

/** Two days of events: a change, a read, a refusal, a fault in turn, every six minutes. */
async function twoDays() {
  const db = { ...(await testTable()), clock: () => NOW.getTime() }
  const kinds: Partial<RestEvent>[] = [{ method: 'PATCH', changes }, {}, { status: 409 }, { status: 500 }]
  const events = Array.from({ length: 480 }, (_, i) => {
    const at = ago((480 - i) * 6 * MINUTE)
    return anEvent(at, { eventId: namedId(at.getTime(), String(i)), ...kinds[i % 4] })
  })
  await seed(db, events)
  return { db, events, ask: askOver(db) }
}

test('counts requests by outcome in steps that are multiples of the step, empty ones left out', async () => {
  const db = await testTable()
  await seed(db, [
    anEvent(ago(61 * MINUTE), { method: 'PATCH', changes }),
    anEvent(ago(61 * MINUTE)),
    anEvent(ago(5 * MINUTE), { status: 503 }),
    // What callers were refused is counted in one row of its minute, before a range that begins within it.
    anEvent(ago(90 * MINUTE), { status: 401, count: 14, method: 'ANY' }),
    anEvent(ago(4 * MINUTE), { status: 200, count: 7, method: 'ANY' }),
    anEvent(ago(3 * MINUTE), { type: 'ADMIN' }),
  ])
  const from = ago(90 * MINUTE - 30_000).toISOString()
  expect(await askOver(db)({ from, step: '15m' })).toEqual({
    status: 200,
    body: {
      ...{ from, to: NOW.toISOString(), stepSeconds: 900 },
      buckets: [
        { ...none, at: '2026-08-31T10:30:00.000Z', refused: 14 },
        { ...none, at: '2026-08-31T10:45:00.000Z', changed: 1, read: 1 },
        { ...none, at: '2026-08-31T11:45:00.000Z', read: 1, failed: 1 },
      ],
    },
  })
})

test.each([
  [{}, { changed: 120, read: 120, refused: 120, failed: 120 }],
  [{ outcome: 'changed,failed' }, { ...none, changed: 120, failed: 120 }],
  [{ outcome: '!read' }, { changed: 120, read: 0, refused: 120, failed: 120 }],
  [{ status: '409' }, { ...none, refused: 120 }],
  [
    { method: 'PATCH', integration: 'okta_provisioning', kind: 'user' },
    { ...none, changed: 120 },
  ],
  [{ text: 'title' }, { ...none, changed: 120 }],
  [{ actor: '!OKTA_PROVISIONER' }, none],
  [{ address: '203.0.113.0/24', took: '<1s' }, none],
])('%o is counted with the filters in force', async (filters, expected) => {
  const { db } = await twoDays()
  const query = parseEventQuery({ last: '3d', ...filters, type: 'SCIM' }, NOW, 90)
  const { buckets } = await countEvents(db, 'default', query, 3_600_000, NOW)
  const sum = buckets.reduce(
    (all, { at: _, ...bucket }) => {
      return Object.fromEntries(Object.entries(bucket).map(([name, n]) => [name, n + (all[name] ?? 0)]))
    },
    none as Record<string, number>,
  )
  expect(sum).toEqual(expected)
})

test('counts no more than it is allowed, the newest, and says from where on; asking for the rest counts each once', async () => {
  const { db, events } = await twoDays()
  const count = (from: Date, to: Date) =>
    countEvents(
      db,
      'default',
      parseEventQuery({ from: from.toISOString(), to: to.toISOString() }, NOW, 90),
      3_600_000,
      NOW,
      100,
    )
  const first = ago(3 * 1440 * MINUTE)
  const totals = new Map<number, number>()
  let answers = 0
  for (let to: Date | undefined = NOW; to; answers++) {
    const { buckets, countedFrom } = await count(first, to)
    for (const { at, changed, read, refused, failed } of buckets) {
      totals.set(at, (totals.get(at) ?? 0) + changed + read + refused + failed)
    }
    to = countedFrom === undefined ? undefined : new Date(countedFrom - 1)
  }
  expect(answers).toBeGreaterThan(4)
  const expected = Map.groupBy(events, ({ time }) => Math.floor(Date.parse(time) / 3_600_000) * 3_600_000)
  expect([...totals].sort()).toEqual([...expected].map(([at, those]) => [at, those.length]).sort())
})

test('chooses a step by the range: 120 bars at most', async () => {
  const db = await testTable()
  const ask = askOver(db)
  const steps = []
  for (const last of ['15m', '1h', '90m', '24h', '7d', '30d', '90d']) steps.push((await ask({ last })).body.stepSeconds)
  expect(steps).toEqual([10, 30, 60, 900, 21_600, 21_600, 86_400])
})

test.each([
  [{ step: '1x' }, 'Cannot read step "1x": expected a number and s, m, h or d, such as 5m'],
  [
    { last: '1d', step: '1m' },
    'Cannot count in steps of 1m: the range has 1441 of them, one answer at most 400; ask for step=5m or longer',
  ],
  [{ limit: '5' }, 'Cannot use parameter "limit" to count: all of the range is counted'],
  [{ outcome: 'good' }, 'Cannot read outcome "good": expected one of changed, read, refused, failed'],
])('%o is refused', async (query, detail) => {
  const db = await testTable()
  expect(await askOver(db)(query as Record<string, string>)).toMatchObject({
    status: 400,
    body: { scimType: 'invalidValue', detail },
  })
})

test('an integration that is not there is 404, as in a list', async () => {
  const db = await testTable()
  expect(await askOver(db)({ integration: 'OKTTA' })).toMatchObject({
    status: 404,
    body: { detail: 'There is no integration "OKTTA" in account "default": there is IAM for administrators' },
  })
})

test('an invocation counts too, and shows one event', async () => {
  const { db, events, ask } = await twoDays()
  const invoke = (payload: unknown) => functionOf(db)(payload, lambdaContext())
  expect(await invoke({ counts: true, last: '1h', step: '1d' })).toEqual((await ask({ last: '1h', step: '1d' })).body)
  const [event] = events as [RestEvent]
  expect(await invoke({ event: event.eventId })).toEqual(presentEvent(event))
})

test('GET /events/{id} shows one event as a list does, in any letter case; 404 says how long events are kept', async () => {
  const { events, ask } = await twoDays()
  const event = events[7] as RestEvent
  const show = (id: string) => ask({}, '/events/{id}', { id })
  expect(await show(event.eventId.toUpperCase())).toEqual({ status: 200, body: presentEvent(event) })
  for (const id of ['nonsense', 'ffffffff-ffff-7fff-bfff-ffffffffffff', event.eventId.replace(/^..../, '0000')]) {
    expect(await show(id)).toMatchObject({
      status: 404,
      body: { detail: `There is no event "${id}": events are kept 90 days` },
    })
  }
})

test('order=desc shows the same events, newest first, and goes on behind the same place', async () => {
  const { events, ask } = await twoDays()
  const list = async (query: Record<string, string>) => (await ask(query, '/events')).body
  const newest = events.toReversed().map(presentEvent)
  const found: unknown[] = []
  let before: string | undefined
  do {
    const { events: rows } = await list({
      last: '3d',
      order: 'desc',
      limit: '150',
      ...(before !== undefined && { before }),
    })
    found.push(...rows)
    const last = rows.at(-1)
    before = rows.length < 150 ? undefined : `${last.EVENT_TIMESTAMP}#${last.EVENT_ID}`
  } while (before !== undefined)
  expect(found).toEqual(newest)
  expect((await list({ last: '3d', limit: '5' })).events).toEqual(newest.slice(0, 5).toReversed())
})
