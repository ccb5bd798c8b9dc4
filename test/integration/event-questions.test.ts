import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseEventQuery } from '../../shared/audit/event-query.ts'
import { presentEvent } from '../../shared/audit/event-row.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { answerQuestion } from '../../shared/http/event-list.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { type EventPage, listEvents } from '../../shared/store/events/query.ts'
import { nameKey } from '../../shared/store/keys.ts'
import { openTestDb, testTable } from '../factories/engine.ts'
import { anEvent } from '../factories/events.ts'

const NOW = new Date('2026-08-31T12:00:00.000Z')
const MINUTE = 60_000
const DAY = 86_400_000
const ago = (ms: number) => new Date(NOW.getTime() - ms)

const put = (db: Db, items: Record<string, unknown>[]) =>
  batchWrite(
    db,
    items.map((Item) => ({ PutRequest: { Item } })),
  )
const seed = (db: Db, events: RestEvent[]) =>
  put(
    db,
    events.map((event) => toEventItem(db, event)),
  )

/** An answer, and what it took. */
interface Asked extends EventPage {
  queries: number
  rows: number
  roundsOfDay: string[]
}

async function ask({ tableName }: Db, question: object, maxVainRows?: number): Promise<Asked> {
  const db = openTestDb(tableName)
  const taken: Pick<Asked, 'queries' | 'rows' | 'roundsOfDay'> = { queries: 0, rows: 0, roundsOfDay: [] }
  db.client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args)
        if (commandName !== 'QueryCommand') return result
        const { ExpressionAttributeValues = {} } = args.input as QueryCommandInput
        taken.queries += 1
        taken.rows += (result.output as { Items?: unknown[] }).Items?.length ?? 0
        taken.roundsOfDay.push(/#EVENT#([\d-]+)#/.exec(String(ExpressionAttributeValues[':pk']))?.[1] ?? '')
        return result
      },
    { step: 'initialize' },
  )
  const page = await listEvents(db, 'default', parseEventQuery(question, NOW, 90), NOW, maxVainRows)
  return { ...page, ...taken }
}

const ID = '0199e1a0-0000-7000-8000-000000000001'
const about = { resourceId: ID, resourceName: 'Ann', resourceDomain: 'USER' } as const
const read = (ms: number) => anEvent(ago(ms), about)
const change = (ms: number) =>
  anEvent(ago(ms), { ...about, method: 'PATCH', changes: [{ attribute: 'title', after: 'x' }] })
const LEFT_OUT =
  'reads of the resource, creates that were refused, what was answered 404, and what others did who had its name: ask with reads=true for these'

describe('a question about one resource', () => {
  let db: Db
  const refused = anEvent(ago(2 * MINUTE), { ...about, method: 'PUT', status: 403 })
  const indexed = [change(80 * DAY), change(3 * DAY), refused, change(MINUTE)]
  const reads = [read(60 * DAY), read(4 * MINUTE)]
  const gone = anEvent(ago(DAY), { ...about, status: 404 })

  beforeAll(async () => {
    db = await testTable()
    await seed(db, [...indexed, ...reads, gone])
    const busy = Array.from({ length: 500 }, (_, i) => anEvent(ago(i * MINUTE)))
    await seed(db, busy)
    await put(db, [{ ...nameKey('default', RESOURCE_TYPES.User, 'ann'), id: ID, owner: 'OKTA_PROVISIONER' }])
  })

  test.each([ID, ID.toUpperCase(), 'ANN'])(
    'is answered from its own index, at the price of what happened to it: %s',
    async (resource) => {
      const page = await ask(db, { resource, last: '90d' })
      expect(page).toEqual({
        events: indexed,
        unreadable: 0,
        indexOnly: true,
        queries: page.queries,
        rows: 4,
        roundsOfDay: page.roundsOfDay,
      })
      // Two runs of the history: what befell it, and who it was granted; by name those of the name too.
      expect(page.roundsOfDay).toEqual(resource === 'ANN' ? ['', '', '', ''] : ['', ''])
    },
  )

  test('says to whom asks what that leaves out, and how to see it', async () => {
    const context = { db, account: 'default', now: NOW }
    const follow = expect.stringMatching(/^[\w-]{11,}$/)
    const range = { from: '2026-08-30T12:00:00.000Z', to: NOW.toISOString(), limit: 100, follow }
    const shown = (...events: RestEvent[]) => events.map(presentEvent)
    expect(await answerQuestion({ resource: ID, last: '1d' }, context)).toEqual({
      ...range,
      events: shown(refused, change(MINUTE)).map((row, i) => ({ ...row, EVENT_ID: [refused, indexed[3]][i]?.eventId })),
      leftOut: LEFT_OUT,
    })
    expect(await answerQuestion({ resource: ID, last: '1d', changesOnly: true }, context)).toEqual({
      ...range,
      events: shown(indexed[3] as RestEvent),
    })
    expect(await answerQuestion({ resource: ID, last: '1h', reads: true }, context)).toEqual({
      ...{ ...range, from: '2026-08-31T11:00:00.000Z' },
      events: shown(reads[1] as RestEvent, refused, indexed[3] as RestEvent),
    })
  })

  test.each([
    ['reads where they are asked for', { reads: 'true' }, [...indexed, ...reads, gone]],
    ['reads by their method', { method: 'GET' }, [...reads, gone]],
    ['answers 404 by their status', { status: '404' }, [gone]],
  ])('finds %s among all events of the range', async (_what, filter, expected) => {
    const found: RestEvent[] = []
    let before: string | undefined
    do {
      const page = await ask(db, { resource: 'ann', last: '90d', ...filter, before })
      expect(page).not.toHaveProperty('indexOnly')
      found.unshift(...page.events)
      before = page.next
    } while (before !== undefined)
    expect(found).toEqual(expected.toSorted((a, b) => (a.time < b.time ? -1 : 1)))
  })

  test('is looked for everywhere where nobody has the name: who had it may be gone', async () => {
    const left = anEvent(ago(5 * DAY), {
      resourceId: ID.replace(/1$/, '2'),
      resourceName: 'Bea',
      resourceDomain: 'USER',
    })
    await seed(db, [left])
    const { events, indexOnly } = await ask(db, { resource: 'bea', last: '7d' })
    expect([events, indexOnly]).toEqual([[left], undefined])
  })

  test('of somebody who is gone shows the same changes by name and by id', async () => {
    const of = { resourceId: ID.replace(/1$/, '3'), resourceName: 'gone@x.org', resourceDomain: 'USER' } as const
    const changes = [
      anEvent(ago(6 * DAY), { ...of, method: 'POST', changes: [{ attribute: 'title', after: 'x' }] }),
      anEvent(ago(2 * DAY), { ...of, method: 'DELETE', changes: [{ attribute: 'title', before: 'x' }] }),
    ]
    await seed(db, [...changes, anEvent(ago(3 * DAY), of)])
    for (const resource of ['Gone@x.org', of.resourceId]) {
      const { events, indexOnly } = await ask(db, { resource, changesOnly: true, last: '7d' })
      expect([events, indexOnly]).toEqual([changes, undefined])
    }
  })
})

describe('a filter that little matches', () => {
  test('stops at its bound of rows in vain and says where to go on: nothing is missed, nothing comes twice', async () => {
    const db = await testTable()
    const events = Array.from({ length: 3000 }, (_, i) =>
      anEvent(ago((3000 - i) * 5000), i % 1000 ? {} : { method: 'PUT' }),
    )
    await seed(db, events)
    const found: RestEvent[] = []
    let before: string | undefined
    let answers = 0
    do {
      const page = await ask(db, { method: 'PUT', last: '1d', before }, 1000)
      expect(page.rows).toBeLessThanOrEqual(1000 + 32 * 15)
      expect(page.queries).toBeLessThanOrEqual(144)
      found.unshift(...page.events)
      before = page.next
      answers += 1
    } while (before !== undefined)
    expect(found).toEqual(events.filter((_, i) => i % 1000 === 0))
    expect(answers).toBeGreaterThan(2)
  })

  test('does not take an actor for unknown before the whole range has been searched', async () => {
    const db = await testTable()
    const acted = anEvent(ago(40 * DAY), { actorName: 'RETIRED', actorDomain: 'RETIRED' })
    await seed(db, [acted, anEvent(ago(MINUTE))])
    const context = { db, account: 'default', now: NOW }
    const parts: unknown[] = []
    let before: string | undefined
    do {
      const answer = await answerQuestion({ actor: 'retired', last: '90d', before }, context)
      parts.unshift(...answer.events)
      before = answer.next
    } while (before !== undefined && parts.length === 0)
    expect(parts).toEqual([presentEvent(acted)])
    await expect(answerQuestion({ actor: 'retired', last: '7d' }, context)).rejects.toThrow(
      'No actor "retired" was found',
    )
  })

  test('stops at 144 queries where days are quiet, and reads none of them again when it goes on', async () => {
    const db = await testTable()
    const events = [85, 40, 6].map((days) => anEvent(ago(days * DAY), { method: 'DELETE' }))
    await seed(db, events)
    const found: RestEvent[] = []
    const days: string[] = []
    let before: string | undefined
    do {
      const page = await ask(db, { method: 'DELETE', last: '90d', before })
      expect(page.queries).toBeLessThanOrEqual(144)
      found.unshift(...page.events)
      days.push(...page.roundsOfDay)
      before = page.next
    } while (before !== undefined)
    expect(found).toEqual(events)
    const rounds = [...Map.groupBy(days, (day) => day).values()].map(({ length }) => length)
    expect([rounds.length, Math.max(...rounds)]).toEqual([91, 16])
  })
})
