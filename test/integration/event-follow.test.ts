import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { EventAnswer } from '../../shared/audit/event-answer.ts'
import { presentEvent } from '../../shared/audit/event-row.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { eventsHandler } from '../../shared/http/events-handler.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { countRefusedToken } from '../../shared/store/events/refused-tokens.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { ADMIN_ARN, apiEvent, lambdaContext } from '../factories/api-event.ts'
import { openTestDb, testConfig, testTable } from '../factories/engine.ts'
import { anEvent } from '../factories/events.ts'
import { scanEvents } from '../factories/scan.ts'

const ago = (ms: number) => new Date(Date.now() - ms)
const put = (db: Db, ...events: RestEvent[]) =>
  batchWrite(
    db,
    events.map((event) => ({ PutRequest: { Item: toEventItem(db, event) } })),
  )
const rowsOf = (...events: RestEvent[]) => events.map(presentEvent)

type Asked = { status: number; body: EventAnswer & { next: string; more: boolean; follow: string; detail?: string } }

/** The events function, as one process has it. */
const askOver = (db: Db, { arn = ADMIN_ARN, now }: { arn?: string; now?: () => Date } = {}) => {
  const handler = eventsHandler({ config: testConfig(db.tableName), db, putEvent, ...(now && { now }) })
  return async (query: Record<string, string>, resource = '/events'): Promise<Asked> => {
    const answer = await handler(apiEvent({ resource, query, userArn: arn }), lambdaContext())
    const { statusCode, body } = answer as { statusCode: number; body: string }
    return { status: statusCode, body: JSON.parse(body) }
  }
}

describe('following', () => {
  test('goes on behind an answer: each event once, oldest first, however late it is stored', async () => {
    const db = await testTable()
    const ask = askOver(db)
    const [old, shown] = [anEvent(ago(3_600_000)), anEvent(ago(5000))] as const
    await put(db, old, shown)
    const list = await ask({ last: '2h' })
    expect(list.body.events).toEqual(rowsOf(old, shown))
    // One that began before what was shown and is stored after it, and a later one.
    const [late, next] = [anEvent(ago(20_000)), anEvent(ago(1000))] as const
    await put(db, next, late)
    const first = await ask({ type: 'SCIM', after: list.body.follow })
    expect(first).toEqual({ status: 200, body: { events: rowsOf(late, next), next: expect.any(String), more: false } })
    const later = anEvent(ago(15_000))
    await put(db, later)
    const second = await ask({ type: 'SCIM', after: first.body.next })
    expect(second.body.events).toEqual(rowsOf(later))
    expect((await ask({ type: 'SCIM', after: second.body.next })).body.events).toEqual([])
  })

  test('tells of few at a time, and loses none and repeats none', async () => {
    const db = await testTable()
    const ask = askOver(db)
    const begin = (await ask({ last: '5m' })).body.follow
    const events = Array.from({ length: 50 }, (_, i) => anEvent(ago(20_000 - i * 400)))
    const told: unknown[] = []
    let after = begin
    for (const some of [events.filter((_, i) => i % 2 === 0), events]) {
      await put(db, ...some)
      for (let more = true; more; ) {
        const { body } = await ask({ type: 'SCIM', after, limit: '7' })
        expect(body.events.length).toBeLessThanOrEqual(7)
        told.push(...body.events)
        ;({ next: after, more } = body)
      }
    }
    const ids = told.map((row) => (row as { EVENT_ID: string }).EVENT_ID)
    expect(ids.sort()).toEqual(events.map(({ eventId }) => eventId).sort())
  })

  test('passes the filters, and begins behind the place of a row or an instant', async () => {
    const db = await testTable()
    const ask = askOver(db)
    const [one, two, three] = [9000, 6000, 3000].map((ms) => anEvent(ago(ms), { status: ms === 6000 ? 409 : 200 })) as [
      RestEvent,
      RestEvent,
      RestEvent,
    ]
    await put(db, one, two, three)
    const behindOne = `${one.time}#${one.eventId}`
    expect((await ask({ type: 'SCIM', after: behindOne })).body.events).toEqual(rowsOf(two, three))
    expect((await ask({ outcome: 'refused', after: behindOne })).body.events).toEqual(rowsOf(two))
    expect((await ask({ type: 'SCIM', after: three.time })).body.events).toEqual(rowsOf(three))
  })

  test('tells of callers who are counted when their row comes to be, though it stands at the beginning of its minute', async () => {
    const db = await testTable()
    const ask = askOver(db)
    const begin = (await ask({ last: '1s' })).body.follow
    await countRefusedToken(db, { reason: 'unknown', sourceIp: '198.51.100.24', now: new Date() })
    const { body } = await ask({ type: 'SCIM', after: begin })
    expect(body.events.map(({ METHOD, HTTP_STATUS, CLIENT_IP }) => [METHOD, HTTP_STATUS, CLIENT_IP])).toEqual([
      ['ANY', 401, '198.51.100.0/24'],
    ])
    expect((await ask({ type: 'SCIM', after: body.next })).body.events).toEqual([])
  })

  test('waits for what comes, and answers when it is there', async () => {
    const db = await testTable()
    const ask = askOver(db)
    const after = (await ask({ last: '1m' })).body.follow
    const waiting = ask({ type: 'SCIM', after, wait: '20' })
    await setTimeout(300)
    const event = anEvent(new Date())
    await put(db, event)
    expect((await waiting).body.events).toEqual(rowsOf(event))
  })

  test('has room for a busy minute: what finds none waits, and comes', async () => {
    const db = await testTable()
    const begin = new Date()
    const at = { ms: 0 }
    const own: Db = { ...openTestDb(db.tableName), clock: () => begin.getTime() + at.ms }
    const ask = askOver(own, { now: () => new Date(begin.getTime() + at.ms) })
    let after = (await ask({ last: '1m' })).body.follow
    const events = Array.from({ length: 1300 }, (_, i) => anEvent(new Date(begin.getTime() + i)))
    await put(db, ...events)
    const ids: string[] = []
    for (const ms of [2000, 2000, 2000, 4000, 40_000, 40_000, 40_000]) {
      at.ms = ms
      const { body } = await ask({ type: 'SCIM', after, limit: '500' })
      ids.push(...body.events.map(({ EVENT_ID }) => EVENT_ID))
      after = body.next
      expect(after.length).toBeLessThan(7000)
      if (ms < 5000) expect(ids.length).toBeLessThanOrEqual(1024)
    }
    expect(ids).toEqual(events.map(({ eventId }) => eventId))
  })

  test.each([
    [
      'nonsense',
      'Cannot read after: expected "follow" or "next" of an earlier answer, the place of a row, or an instant',
    ],
    ['2020-01-01T00:00:00.000Z', /^Cannot go on after 2020-01-01T00:00:00.000Z: events are kept 90 days; ask without/],
    ['2099-01-01T00:00:00.000Z', 'Cannot go on after 2099-01-01T00:00:00.000Z: it is in the future'],
  ])('refuses the place %s', async (after, detail) => {
    const { status, body } = await askOver(await testTable())({ after })
    expect([status, body.detail]).toEqual([400, typeof detail === 'string' ? detail : expect.stringMatching(detail)])
  })

  test('of an integration that is not there is 404', async () => {
    const { status, body } = await askOver(await testTable())({ integration: 'OKTTA', after: new Date().toISOString() })
    expect([status, body.detail]).toEqual([
      404,
      'There is no integration "OKTTA" in account "default": there is IAM for administrators',
    ])
  })
})

describe('an open console', () => {
  const questions = async (db: Db) =>
    (await scanEvents(db))
      .filter(({ type }) => type === 'ADMIN')
      .map(({ endpoint, actorName, query }) => [endpoint, actorName.split('/').at(-1), query])

  test('leaves one event an hour for each principal and filter, however often it looks, and whichever process answers', async () => {
    const db = await testTable()
    const ann = 'arn:aws:iam::000000000000:user/ann'
    const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000)
    const now = () => new Date(hour.getTime() + 1000)
    const inHour = (at: () => Date, own = db) => ({ ...own, clock: () => at().getTime() })
    const other = inHour(now, openTestDb(db.tableName))
    const asks = [
      askOver(inHour(now), { now }),
      askOver(other, { now }),
      askOver(inHour(now), { now: () => new Date(now().getTime() + 1), arn: ann }),
    ]
    const purpose = 'follow'
    for (const ask of asks) {
      let after = new Date(hour.getTime() - 1000).toISOString()
      for (let look = 0; look < 3; look++) {
        const filter = { outcome: 'failed', type: 'ALL' }
        const { status, body } = await ask({ ...filter, after, purpose, limit: '10' })
        expect(status).toBe(200)
        after = body.next
        expect((await ask({ type: 'ALL', outcome: 'failed', last: '1d', purpose }, '/events/counts')).status).toBe(200)
      }
    }
    expect(await questions(db)).toEqual([
      ['events', 'local-admin', 'purpose=follow&outcome=failed&type=ALL'],
      ['events', 'ann', 'purpose=follow&outcome=failed&type=ALL'],
    ])
    const next = () => new Date(hour.getTime() + 3_600_000)
    const still = () => new Date(hour.getTime() + 2000)
    const [later, again] = [askOver(inHour(next), { now: next }), askOver(inHour(still), { now: still })]
    for (let look = 0; look < 2; look++) {
      await later({ outcome: 'failed', type: 'ALL', last: '1d', purpose }, '/events/counts')
      await again({ outcome: 'changed', type: 'ALL', last: '1d', purpose }, '/events/counts')
    }
    expect((await questions(db)).slice(2).sort()).toEqual([
      ['events/counts', 'local-admin', 'purpose=follow&outcome=changed&type=ALL'],
      ['events/counts', 'local-admin', 'purpose=follow&outcome=failed&type=ALL'],
    ])
  })

  test('leaves an event of each question of the past, of each refusal, and of each time that it is opened', async () => {
    const db = await testTable()
    const ask = askOver(db)
    const purpose = 'follow'
    for (let look = 0; look < 2; look++) {
      await ask({ last: '1d', purpose: 'console' })
      await ask({ last: '1d', purpose })
      await ask({ after: ago(2 * 3_600_000).toISOString(), purpose })
      expect((await ask({ after: 'nonsense', purpose })).status).toBe(400)
    }
    expect(
      (await questions(db)).map(([, , query]) => String(query).replace(/after=\d.*?&/, 'after=then&')).sort(),
    ).toEqual([
      ...Array.from({ length: 2 }, () => 'after=nonsense&purpose=follow'),
      ...Array.from({ length: 2 }, () => 'after=then&purpose=follow'),
      ...Array.from({ length: 2 }, () => 'last=1d&purpose=console'),
      ...Array.from({ length: 2 }, () => 'last=1d&purpose=follow'),
    ])
  })
})
