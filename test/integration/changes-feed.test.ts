import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { eventsHandler } from '../../shared/http/events-handler.ts'
import type { ChangesAnswer } from '../../shared/http/feed-operation.ts'
import type { ChangeEvent } from '../../shared/resources/feed/change-event.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { ADMIN_ARN, apiEvent, lambdaContext } from '../factories/api-event.ts'
import { testConfig, testTable } from '../factories/engine.ts'
import { anEvent } from '../factories/events.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../factories/scim-api.ts'
import { settle } from '../factories/settle.ts'

const DAY_MS = 86_400_000

interface Asked {
  status: number
  body: ChangesAnswer & { detail?: string; scimType?: string }
}

/** The events function, asked for changes. */
const askOver = (db: Db, now?: () => Date) => {
  const handler = eventsHandler({ config: testConfig(db.tableName), db, putEvent, ...(now && { now }) })
  return async (query: Record<string, string> = {}): Promise<Asked> => {
    const answer = await handler(apiEvent({ resource: '/changes', query, userArn: ADMIN_ARN }), lambdaContext())
    const { statusCode, body } = answer as { statusCode: number; body: string }
    return { status: statusCode, body: JSON.parse(body) }
  }
}

/** A table whose commits take their time: what begins first may be stored last. */
function withSlowCommits(db: Db, slowestMs: number): Db {
  const send = async (command: { input: object }, options?: object) => {
    if ('ClientRequestToken' in command.input) await setTimeout(Math.random() * slowestMs)
    return (db.client.send as (c: object, o?: object) => Promise<unknown>)(command, options)
  }
  return { ...db, client: Object.create(db.client, { send: { value: send } }) }
}

/** Asks on and on until nothing was told for a while after `isOver`. */
async function followUntil(ask: ReturnType<typeof askOver>, isOver: () => boolean): Promise<ChangeEvent[]> {
  const told: ChangeEvent[] = []
  let cursor = (await ask()).body.cursor
  for (let quiet = 0; quiet < 2; ) {
    const wasOver = isOver()
    const { status, body } = await ask({ after: cursor, limit: '7' })
    expect(status).toBe(200)
    told.push(...body.events)
    cursor = body.cursor
    quiet = wasOver && body.events.length === 0 ? quiet + 1 : 0
  }
  return told
}

describe('GET /changes', () => {
  test('tells each change once and in order, while many change the same objects and commits are slow', async () => {
    const db = await testTable()
    const call = scimApi(withSlowCommits(db, 200), principal({ clientKind: 'AZURE' }))
    const users = await Promise.all(
      Array.from({ length: 6 }, async (_, i) => (await call('POST', '/Users', newUser(`user-${i}`))).body.id as string),
    )
    const { id: groupId } = (await call('POST', '/Groups', newGroup('Team'))).body
    let isOver = false
    const writers = users.map(async (id, n) => {
      for (let i = 0; i < 5; i++) {
        const value = [{ value: id }]
        const op = i % 2 === 0 ? 'add' : 'remove'
        const retitle = patchOf({ op: 'replace', path: 'title', value: `${n}-${i}` })
        const answers = await Promise.all([
          call('PATCH', `/Groups/${groupId}`, patchOf({ op, path: 'members', value })),
          call('PATCH', `/Users/${users[(n + i) % 6]}`, retitle),
          call('PATCH', `/Users/${users[(n + i) % 6]}`, retitle),
        ])
        for (const { status } of answers) expect([200, 204]).toContain(status)
      }
    })
    const written = Promise.all(writers)
      .then(() => call('DELETE', `/Users/${users[0]}`))
      .then(() => settle(db))
      .finally(() => {
        isOver = true
      })
    const [told] = await Promise.all([followUntil(askOver(db), () => isOver), written])

    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length)
    for (const id of users) expectChain(told, id)
    expectMembers(told, groupId, users.slice(1))
    const { version } = (await call('GET', `/Groups/${groupId}`)).body.meta
    expect(`W/"${told.filter(({ object }) => object.id === groupId).length}"`).toBe(version)
  })

  test('says who changed what of which object, in which version, and nothing secret', async () => {
    const db = await testTable()
    const call = scimApi(db, principal({ syncPassword: true }))
    const ask = askOver(db)
    const { cursor } = (await ask()).body
    const { id } = (await call('POST', '/Users', newUser('ada', { password: 'S3cret-S3cret!' }))).body
    const { id: groupId } = (await call('POST', '/Groups', newGroup('Team'))).body
    await call('PATCH', `/Groups/${groupId}`, patchOf({ op: 'add', path: 'members', value: [{ value: id }] }))
    await call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'active', value: false }))
    await call('DELETE', `/Users/${id}`)
    await call('GET', `/Users/${id}`)
    const { status, body } = await ask({ after: cursor })
    const common = {
      ...{ schema: 1, id: expect.any(String), time: expect.any(String), account: 'default' },
      actor: { name: 'GENERIC_SCIM_PROVISIONER', integration: 'GENERIC_PROVISIONING' },
    }
    const user = (version: number) => ({ id, name: 'ada', version })
    const role = (version: number) => ({ id: groupId, name: 'Team', version })
    expect([status, body]).toEqual([
      200,
      {
        events: [
          { ...common, kind: 'user.created', object: user(1), changes: expect.any(Array) },
          { ...common, kind: 'role.created', object: role(1), changes: [{ attribute: 'displayName', after: 'Team' }] },
          {
            ...common,
            kind: 'role.members.changed',
            object: role(2),
            changes: [{ attribute: 'members.added', after: [id] }],
          },
          {
            ...common,
            kind: 'user.changed',
            object: user(2),
            changes: [{ attribute: 'active', before: true, after: false }],
          },
          { ...common, kind: 'user.deleted', object: user(3), changes: expect.any(Array) },
        ],
        cursor: expect.stringMatching(/^[\w-]{32,4000}$/),
        more: false,
      },
    ])
    expect(JSON.stringify(body)).not.toMatch(/S3cret|scrypt/)
    await settle(db)
    const { events } = (await askOver(db, () => new Date(Date.now() + 60_000))({ after: body.cursor })).body
    expect(events).toEqual([
      {
        ...common,
        kind: 'role.members.changed',
        object: { id: groupId, name: 'Team' },
        changes: [{ attribute: 'members.removed', before: [id] }],
        cause: body.events[4]?.id,
      },
    ])
  })

  test('walks the whole retention from its oldest change, past days without any', async () => {
    const db = await testTable()
    const ids = Array.from({ length: 1200 }, (_, n) => `user-${n}`)
    const oldest = Date.now() - 60 * DAY_MS
    const events = ids.map((resourceId, n) => {
      const about = { resourceId, resourceDomain: 'USER', version: 2, changes: [{ attribute: 'active', after: false }] }
      return anEvent(new Date(oldest + n * 3_000_000 * (n % 2)), { ...about, method: 'PATCH' })
    })
    await batchWrite(
      db,
      events.map((event) => ({ PutRequest: { Item: toEventItem(db, event) } })),
    )
    const ask = askOver(db)
    const told: ChangeEvent[] = []
    let after = 'oldest'
    for (let more = true; more; ) {
      const { body } = await ask({ after, limit: '500' })
      told.push(...body.events)
      after = body.cursor
      more = body.more
    }
    const inOrder = [...events].sort((a, b) => a.time.localeCompare(b.time) || a.eventId.localeCompare(b.eventId))
    expect(told.map(({ id }) => id)).toEqual(inOrder.map(({ eventId }) => eventId))
    expect((await ask({ after })).body.events).toEqual([])
  })

  test('waits for the next change, and no longer than it may', async () => {
    const db = await testTable()
    const call = scimApi(db)
    const ask = askOver(db)
    const { cursor } = (await ask()).body
    const waiting = ask({ after: cursor, wait: '20' })
    await setTimeout(100)
    const { id } = (await call('POST', '/Users', newUser('late'))).body
    expect((await waiting).body.events).toMatchObject([{ kind: 'user.created', object: { id } }])
  })

  test.each([
    [{ after: 'nonsense' }, 400, 'Cannot read after: expected the "cursor" of an earlier answer, or "oldest"'],
    [{ limit: '501' }, 400, 'Cannot read limit "501": expected a whole number from 1 to 500'],
    [{ wait: '21' }, 400, 'Cannot read wait "21": expected a whole number from 0 to 20'],
    [{ last: '5m' }, 400, 'Cannot use parameter "last": there is account, after, limit, wait'],
    [{ account: 'nowhere' }, 404, 'There is no account "nowhere": there is default'],
  ])('refuses %j: %i', async (query, status, detail) => {
    const answer = await askOver(await testTable())(query as Record<string, string>)
    expect([answer.status, answer.body.detail]).toEqual([status, detail])
  })

  test('a cursor older than the retention says to read everything anew', async () => {
    const db = await testTable()
    const then = new Date(Date.now() - 91 * DAY_MS)
    const { cursor } = (await askOver(db, () => then)()).body
    const { status, body } = await askOver(db)({ after: cursor })
    const at = new Date(then.getTime() - 30_000).toISOString()
    expect([status, body]).toEqual([
      400,
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
        ...{ status: '400', scimType: 'invalidValue' },
        detail: `Cannot go on after a cursor of ${at}: changes are kept 90 days; ask without "after" for a new cursor, and then read all users and roles anew`,
      },
    ])
  })
})

/** Each version's title was the one before the next. */
function expectChain(told: readonly ChangeEvent[], id: string): void {
  const own = told.filter(({ object }) => object.id === id)
  expect(own.map(({ object }) => object.version)).toEqual(own.map((_, i) => i + 1))
  const titles = own.flatMap(({ changes, kind }) => (kind === 'user.changed' ? changes : []))
  const before = titles.slice(1).map((change) => change.before)
  expect(before).toEqual(titles.slice(0, -1).map((change) => change.after))
}

/** Whoever comes was none, whoever goes was one, and in the end those are there who should be. */
function expectMembers(told: readonly ChangeEvent[], id: string, left: readonly string[]): void {
  const members = new Set<string>()
  for (const { changes } of told.filter(({ object }) => object.id === id)) {
    for (const { attribute, before, after } of changes) {
      const named = (attribute === 'members.added' ? after : attribute === 'members.removed' ? before : []) as string[]
      for (const userId of named) {
        expect(members.has(userId)).toBe(attribute === 'members.removed')
        if (attribute === 'members.added') members.add(userId)
        else members.delete(userId)
      }
    }
  }
  expect([...members].sort()).toEqual([...left].sort())
}
