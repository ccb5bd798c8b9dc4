import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseEventQuery } from '../../shared/audit/event-query.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { listEvents } from '../../shared/store/events/query.ts'
import { putEvent, putEventAction } from '../../shared/store/events/write.ts'
import { transact } from '../../shared/store/transaction.ts'
import { testTable, withTable } from '../factories/engine.ts'
import { anEvent } from '../factories/events.ts'

const NOW = new Date('2026-08-31T12:00:00.000Z')
const MINUTE = 60_000
const DAY = 86_400_000
const ago = (ms: number) => new Date(NOW.getTime() - ms)

const seed = (db: Db, events: RestEvent[]) =>
  batchWrite(
    db,
    events.map((event) => ({ PutRequest: { Item: toEventItem(db, event) } })),
  )
const ask = (db: Db, question: object, maxExamined?: number) =>
  listEvents(db, 'default', parseEventQuery(question, NOW, 90), NOW, maxExamined)
const idsOf = (events: RestEvent[]) => events.map(({ eventId }) => eventId)

describe('500 events over two days', () => {
  const db = withTable()
  // Every sixth minute of the last 50 hours, oldest first; each tenth a refused PATCH by Entra about Ann.
  const events = Array.from({ length: 500 }, (_, i) => {
    const at = ago((500 - i) * 6 * MINUTE)
    if (i % 10 !== 0) return anEvent(at, i % 10 === 5 ? { durationMs: 400 } : {})
    const who = { actorDomain: 'AZURE_PROVISIONING', actorName: 'AAD_PROVISIONER' }
    const what = { resourceId: `u${i}`, resourceName: 'Ann', resourceDomain: 'USER', requestId: 'by Entra' } as const
    return anEvent(at, { method: 'PATCH', status: 409, scimType: 'uniqueness', durationMs: 401, ...who, ...what })
  })

  beforeAll(() => seed(db, events))

  test('all are listed, in order of time', async () => {
    const page = await ask(db, { limit: 1000 })
    expect(page).toEqual({ events, unreadable: 0 })
  })

  test('when more match than the limit, the most recent are kept, oldest first', async () => {
    expect((await ask(db, { limit: 200 })).events).toEqual(events.slice(300))
    expect((await ask(db, {})).events).toEqual(events.slice(400))
    expect((await ask(db, { limit: 1 })).events).toEqual(events.slice(499))
  })

  test('a range holds both its ends and nothing outside', async () => {
    const [from, to] = [events[100]?.time, events[180]?.time]
    expect((await ask(db, { from, to, limit: 500 })).events).toEqual(events.slice(100, 181))
    expect((await ask(db, { last: '5m' })).events).toEqual([])
  })

  test.each([
    [{ status: 'FAILURE' }],
    [{ status: '409' }],
    [{ method: 'patch' }],
    [{ integration: 'azure_provisioning' }],
    [{ resource: 'ANN' }],
    [{ actor: 'aad_provisioner', type: 'SCIM' }],
    [{ text: 'UNIQUENESS ann' }],
    [{ text: 'azure_', method: 'PATCH' }],
    [{ outcome: 'refused,failed' }],
    [{ outcome: '!read', kind: 'user,role' }],
    [{ integration: '!OKTA_PROVISIONING' }],
    [{ actor: '!OKTA_PROVISIONER', status: '!2xx' }],
    [{ took: '>400ms' }],
    [{ request: 'by Entra' }],
  ])('the filter %o finds just what it names', async (filter) => {
    const expected = events.filter((_, i) => i % 10 === 0)
    expect((await ask(db, { ...filter, limit: 500 })).events).toEqual(expected)
    expect((await ask(db, { ...filter, limit: 3 })).events).toEqual(expected.slice(-3))
  })

  test('a filter by id finds one, filters add up, and what matches nothing finds nothing', async () => {
    expect((await ask(db, { resource: 'u250' })).events).toEqual([events[250]])
    expect((await ask(db, { status: 'SUCCESS', integration: 'AZURE_PROVISIONING' })).events).toEqual([])
    expect((await ask(db, { resource: 'nobody' })).events).toEqual([])
  })

  test('a text is looked for within the same bound as other filters', async () => {
    const first = await ask(db, { text: 'Ann', limit: 500 }, 40)
    expect(first.next).toBeDefined()
    const rest = await ask(db, { text: 'Ann', limit: 500, before: first.next })
    expect([...rest.events, ...first.events]).toEqual(events.filter((_, i) => i % 10 === 0))
  })

  test('a question that looks at too many rows says where to ask on, and asking on misses nothing', async () => {
    const found: string[] = []
    let before: string | undefined
    let questions = 0
    do {
      const page = await ask(db, { method: 'PATCH', limit: 500, before }, 40)
      found.unshift(...idsOf(page.events))
      before = page.next
      questions += 1
    } while (before)
    expect(questions).toBeGreaterThan(2)
    expect(found).toEqual(idsOf(events.filter((_, i) => i % 10 === 0)))
  })

  test('200 rows take one parallel round trip and less than 0.2 read units each', async () => {
    // Ids that fill the shards evenly, which chance does only nearly.
    const idOf = (i: number) => `0199e1a0-0000-7000-8000-00000000${i.toString(16).padStart(4, '0')}`
    const burst = Array.from({ length: 200 }, (_, i) => anEvent(ago(299_000 - i * 1000), { eventId: idOf(i) }))
    const own = await testTable()
    await seed(own, burst)
    const calls = counted(own)
    expect((await ask(own, { last: '5m', limit: 200 })).events).toEqual(burst)
    expect(calls.length).toBe(16)
    expect(calls.reduce((a, b) => a + b, 0)).toBeLessThan(0.2 * 200)
  })
})

describe('what is left out', () => {
  test("expired rows are not shown, though DynamoDB has not deleted them yet, nor other accounts' events", async () => {
    const db = await testTable()
    const kept = anEvent(ago(MINUTE))
    const expired = { ...toEventItem(db, anEvent(ago(2 * MINUTE))), ttl: Math.floor(NOW.getTime() / 1000) }
    await seed(db, [kept, anEvent(ago(MINUTE), { account: 'acme' })])
    await db.client.send(new PutCommand({ TableName: db.tableName, Item: expired }))
    expect(await ask(db, {})).toEqual({ events: [kept], unreadable: 0 })
  })

  test('poisoned rows are skipped and counted', async () => {
    const db = await testTable()
    const kept = anEvent(ago(MINUTE))
    await seed(db, [kept])
    const item = toEventItem(db, anEvent(ago(2 * MINUTE)))
    for (const poison of [{ sk: '2026-08-31T11', x: 1 }, { status: 'ok' }, { changes: 'no json' }]) {
      const pk = `A#default#EVENT#2026-08-31#${Object.keys(poison).length}`
      const Item = { ...item, pk, sk: `${item.sk}${JSON.stringify(poison)}`, ...poison }
      await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
    }
    const page = await ask(db, {})
    expect(page).toEqual({ events: [kept], unreadable: 3 })
  })
})

describe('what happened to one resource', () => {
  test('its changes of the whole retention are found by its id, without the reads of it', async () => {
    const db = await testTable()
    const resource = '0199a7c4-0000-7000-8000-000000000001'
    const about = { resourceId: resource, resourceName: 'ann', resourceDomain: 'USER' } as const
    const change = (at: Date) =>
      anEvent(at, { ...about, method: 'PATCH', changes: [{ attribute: 'title', after: 'x' }] })
    const changes = [change(ago(80 * DAY)), change(ago(3 * DAY)), change(ago(MINUTE))]
    const others = Array.from({ length: 50 }, (_, i) => anEvent(ago(i * 1000), about))
    await seed(db, [...others, ...changes, anEvent(ago(MINUTE), { ...about, status: 403 })])
    const calls = counted(db)
    const question = { resource, changesOnly: true, last: '90d' }
    expect((await ask(db, question)).events).toEqual(changes)
    // Who has the name, of three kinds; both runs of the history at once; the events.
    expect(calls.length).toBe(6)
    expect((await ask(db, { ...question, limit: 1 })).events).toEqual(changes.slice(2))
  })
})

describe('writing', () => {
  test('the event of a change is stored in its transaction, or not at all', async () => {
    const db = await testTable()
    const event = anEvent(NOW, { changes: [{ attribute: 'active', after: false }], resourceId: 'u1' })
    const guard = { ConditionCheck: { Key: { pk: 'x', sk: 'y' }, ConditionExpression: 'attribute_exists(pk)' } }
    await expect(transact(db, { event: putEventAction(db, event), guard }, 'r1')).rejects.toThrow('conditions')
    expect((await ask(db, {})).events).toEqual([])
    await transact(db, { event: putEventAction(db, event) }, 'r2')
    expect((await ask(db, {})).events).toEqual([event])
  })

  test('an event is written once: a repeated put is a success and overwrites nothing (SECURITY T7)', async () => {
    const db = await testTable()
    const event = anEvent(NOW)
    await putEvent(db, event)
    await putEvent(db, { ...event, status: 500 })
    expect((await ask(db, {})).events).toEqual([event])
  })
})

/** Read units of every Query and BatchGet from here on. */
function counted(db: Db): number[] {
  const units: number[] = []
  db.client.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' })
      const result = await next(args)
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: unknown }
      const all = [ConsumedCapacity].flat() as { CapacityUnits?: number }[]
      units.push(all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0))
      return result
    },
    { step: 'initialize' },
  )
  return units
}
