import { describe, expect, test } from 'vitest'
import { parseEventQuery } from '../../shared/audit/event-query.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { mapConcurrently } from '../../shared/store/batch.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { listEvents } from '../../shared/store/events/query.ts'
import { countRefusedToken, type RefusalReason } from '../../shared/store/events/refused-tokens.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { openTestDb, testTable } from '../factories/engine.ts'
import { anEvent } from '../factories/events.ts'

const NOW = new Date('2026-08-31T12:00:00.250Z')
const later = (ms: number) => new Date(NOW.getTime() + ms)
const REASONS: RefusalReason[] = [
  ...(['malformed', 'doubled', 'bare', 'quoted', 'spaced'] as const),
  ...(['unknown', 'wrong', 'expired', 'revoked', 'rejected', 'disabled', 'network'] as const),
]

const rowsOf = async (db: Db, account = 'default') => {
  const now = later(600_000)
  return (await listEvents(db, account, parseEventQuery({ last: '1h', limit: 10_000 }, now, 90), now)).events
}

/** Counts the updates sent from here on. */
function updatesOf(db: Db): { count: number } {
  const updates = { count: 0 }
  db.client.middlewareStack.add(
    (next) => (args) => {
      updates.count += 1
      return next(args)
    },
    { step: 'initialize' },
  )
  return updates
}

test('a refused token is a row of its minute in the event history, with the address block and a count', async () => {
  const db = await testTable()
  await countRefusedToken(db, { reason: 'expired', sourceIp: '203.0.113.7', now: NOW })
  await countRefusedToken(db, { reason: 'expired', sourceIp: '203.0.113.99', now: later(1000) })
  expect(await rowsOf(db)).toEqual([
    {
      eventId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
      account: 'default',
      time: '2026-08-31T12:00:00.000Z',
      type: 'SCIM',
      endpoint: 'scim/v2',
      method: 'ANY',
      status: 401,
      clientIp: '203.0.113.0/24',
      actorName: 'unknown',
      actorDomain: 'unknown',
      detail: 'Callers refused in this minute and address block: the token has expired',
      count: 2,
    },
  ])
})

test('a row names the first token it saw, and when that ended', async () => {
  const db = await testTable()
  const token = { tokenId: 'abc', integration: 'OKTA', expiresAt: Date.parse('2026-08-30T00:00:00Z') }
  const refusal = { account: 'acme', sourceIp: '192.0.2.1', now: NOW }
  await countRefusedToken(db, { ...refusal, reason: 'expired', token })
  await countRefusedToken(db, { ...refusal, reason: 'expired', token: { ...token, tokenId: 'second' } })
  await countRefusedToken(db, { ...refusal, reason: 'revoked', token: { ...token, expiresAt: later(1).getTime() } })
  const rows = (await rowsOf(db, 'acme')).map(({ detail, count }) => [detail?.split(': ').slice(1).join(': '), count])
  expect(rows.sort()).toEqual([
    ['the token has expired (first seen: token abc of integration OKTA, ended at 2026-08-30T00:00:00.000Z)', 2],
    ['the token was revoked (first seen: token abc of integration OKTA)', 1],
  ])
})

describe('a range that touches a minute shows the rows that count in it', () => {
  const at = (time: string) => `2026-08-31T${time}Z`
  const askIn = async (from: string, to: string) => {
    const db = await testTable()
    await countRefusedToken(db, { reason: 'wrong', sourceIp: '192.0.2.1', now: new Date(at('11:59:59.999')) })
    await countRefusedToken(db, { reason: 'wrong', sourceIp: '192.0.2.1', now: new Date(at('12:00:59.999')) })
    const beside = ['11:59:59.000', '12:00:00.000', '12:00:30.000'].map((time) => anEvent(new Date(at(time))))
    for (const event of beside) await putEvent(db, event)
    const now = new Date(at('12:10:00'))
    const { events } = await listEvents(db, 'default', parseEventQuery({ from: at(from), to: at(to) }, now, 90), now)
    return events.map(({ time, count }) => `${time.slice(11, 23)}${count === undefined ? '' : ` x${count}`}`)
  }

  test.each([
    ['begins within it', '12:00:10', '12:05:00', ['12:00:00.000 x1', '12:00:30.000']],
    ['begins with its last millisecond', '12:00:59.999', '12:05:00', ['12:00:00.000 x1']],
    ['begins with the next', '12:01:00', '12:05:00', []],
    ['ends within it', '12:00:00', '12:00:10', ['12:00:00.000', '12:00:00.000 x1']],
    ['lies within it', '12:00:10', '12:00:20', ['12:00:00.000 x1']],
    ['ends before it', '11:59:59.500', '11:59:59.600', ['11:59:00.000 x1']],
  ])('%s', async (_name, from, to, rows) => {
    expect((await askIn(from, to)).sort()).toEqual(rows)
  })

  test('paging through such a range shows each row once, and none before it', async () => {
    const db = await testTable()
    const instants = Array.from({ length: 400 }, (_, i) => new Date(Date.parse(at('12:00:00')) + i * 150))
    const refused = (now: Date, i: number) => countRefusedToken(db, { reason: 'wrong', sourceIp: `10.${i}.0.1`, now })
    await Promise.all(instants.filter((_, i) => i % 10 === 0).map(refused))
    const events = instants.map((now, i) => anEvent(now, { status: i % 10 === 0 ? 404 : 200 }))
    await batchWrite(
      db,
      events.map((event) => ({ PutRequest: { Item: toEventItem(db, event) } })),
    )
    const found: RestEvent[] = []
    let before: string | undefined
    let pages = 0
    do {
      const question = { from: at('12:00:30'), to: at('12:05:00'), status: 'FAILURE', before }
      const page = await listEvents(db, 'default', parseEventQuery(question, later(600_000), 90), later(600_000), 10)
      found.unshift(...page.events)
      before = page.next
      pages += 1
    } while (before)
    const counted = found.filter(({ count }) => count !== undefined)
    const listed = found.filter(({ count }) => count === undefined)
    expect(pages).toBeGreaterThan(1)
    expect(listed).toEqual(events.slice(200).filter(({ status }) => status === 404))
    expect(counted.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(40)
    expect(found.slice(0, counted.length)).toEqual(counted)
    expect(new Set(found.map(({ eventId }) => eventId)).size).toBe(found.length)
  })
})

test('reasons, minutes and accounts are counted apart; a refusal of a good token is a 403', async () => {
  const db = await testTable()
  const sourceIp = '2001:db8::1'
  await countRefusedToken(db, { reason: 'revoked', sourceIp, now: NOW })
  await countRefusedToken(db, { reason: 'revoked', sourceIp, now: later(60_000) })
  await countRefusedToken(db, { reason: 'network', sourceIp, now: NOW, account: 'acme' })
  expect((await rowsOf(db)).map(({ time, count }) => [time, count])).toEqual([
    ['2026-08-31T12:00:00.000Z', 1],
    ['2026-08-31T12:01:00.000Z', 1],
  ])
  expect((await rowsOf(db, 'acme')).map(({ status, clientIp, count }) => [status, clientIp, count])).toEqual([
    [403, '2001:db8::/64', 1],
  ])
})

test('two processes count in the same row', async () => {
  const db = await testTable()
  const other = openTestDb(db.tableName)
  await Promise.all(
    [db, other].map((one) => countRefusedToken(one, { reason: 'wrong', sourceIp: '192.0.2.1', now: NOW })),
  )
  expect((await rowsOf(db)).map(({ count }) => count)).toEqual([2])
})

describe('in a flood', () => {
  test('a minute of 2,000 addresses and every reason makes fewer than 100 rows (SECURITY R2)', async () => {
    const db = await testTable()
    const refuse = (i: number) => {
      const sourceIp = `10.${i % 250}.${Math.floor(i / 250)}.1`
      return countRefusedToken(db, { reason: REASONS[i % REASONS.length] as RefusalReason, sourceIp, now: later(i) })
    }
    await mapConcurrently(
      Array.from({ length: 2000 }, (_, i) => i),
      32,
      refuse,
    )
    const rows = await rowsOf(db)
    expect(rows.length).toBe(96)
    expect(rows.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(2000)
  })

  test('one address writes 100 times, then once a second, and a later minute brings in the rest', async () => {
    const db = await testTable()
    const updates = updatesOf(db)
    const flood = { reason: 'wrong', sourceIp: '192.0.2.1' } as const
    for (let i = 0; i < 5000; i++) await countRefusedToken(db, { ...flood, now: later(i * 10) })
    expect(updates.count).toBeLessThanOrEqual(100 + 50)
    await countRefusedToken(db, { ...flood, now: later(60_000) })
    expect((await rowsOf(db)).map(({ count }) => count)).toEqual([5000, 1])
  })

  test('a count that could not be written is written with the next one', async () => {
    const db = await testTable()
    const refusal = { reason: 'wrong', sourceIp: '192.0.2.1', now: NOW } as const
    const tableName = db.tableName
    db.tableName = 'not-there'
    await expect(countRefusedToken(db, refusal)).rejects.toThrow()
    db.tableName = tableName
    await countRefusedToken(db, refusal)
    expect((await rowsOf(db)).map(({ count }) => count)).toEqual([2])
  })
})
