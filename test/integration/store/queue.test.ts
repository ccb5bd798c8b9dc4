import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test } from 'vitest'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { getHead } from '../../../shared/store/groups/heads.ts'
import { takeHead } from '../../../shared/store/groups/slices.ts'
import { historyKey, membersKey, pendingKey, resourceKey } from '../../../shared/store/keys.ts'
import { getResource } from '../../../shared/store/resources.ts'
import { runSlice, type Work } from '../../../shared/worker/work.ts'
import { withTable } from '../../factories/engine.ts'
import { type Death, dyingDb, hookedDb } from '../../factories/faulty-db.ts'
import { itemsOf } from '../../factories/items.ts'
import { scanAll, scanEvents } from '../../factories/scan.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { listUnfinished, settle } from '../../factories/settle.ts'

const { User, Group } = RESOURCE_TYPES

const ACCOUNT = 'default'
const db = withTable()
const call = scimApi(db)
const azure = scimApi(db, principal({ clientKind: 'AZURE' }))

const idsOf = (members: { value: string }[]) => members.map(({ value }) => value).sort()
const refs = (ids: string[]) => ids.map((value) => ({ value }))
const add = (ids: string[]) => patchOf({ op: 'add', path: 'members', value: refs(ids) })
const remove = (ids: string[]) => patchOf({ op: 'remove', path: 'members', value: refs(ids) })

let names = 0
async function createUsers(count: number): Promise<string[]> {
  const users = Array.from({ length: count }, () => newUser(`queued-${++names}`))
  const created = await Promise.all(users.map((user) => call('POST', '/Users', user)))
  return created.map(({ body }) => body.id).sort()
}

async function createGroup(members: string[] = []): Promise<string> {
  const { body } = await call('POST', '/Groups', newGroup(`Queue ${++names}`, { members: refs(members) }))
  return body.id
}

const stored = async (groupId: string) => {
  const group = await getResource(db, ACCOUNT, Group, groupId)
  return { version: group?.version, memberCount: group?.memberCount, applying: group?.applying }
}

const itemsIn = async (groupId: string) =>
  (await itemsOf(db, membersKey(ACCOUNT, groupId))).map(({ sk }) => String(sk).replace(/#.*/s, ''))

describe('a large change', () => {
  test('is seen whole before any of it is applied, and is the same when it is', async () => {
    const ids = await createUsers(60)
    const groupId = await createGroup(ids.slice(0, 2))
    expect((await call('PATCH', `/Groups/${groupId}`, add(ids))).status).toBe(200)
    expect(await itemsIn(groupId)).toEqual(['INTENT', 'MEMBER', 'MEMBER'])
    expect(await stored(groupId)).toEqual({ version: 2, memberCount: 60, applying: 2 })
    expect(idsOf((await call('GET', `/Groups/${groupId}`)).body.members)).toEqual(ids)
    await settle(db)
    expect(await itemsIn(groupId)).toEqual(ids.map(() => 'MEMBER'))
    expect(await stored(groupId)).toEqual({ version: 2, memberCount: 60, applying: undefined })
    expect(await itemsOf(db, pendingKey(ACCOUNT))).toEqual([])
    expect((await call('GET', `/Users/${ids[59]}`)).body.groups[0].value).toBe(groupId)
  })

  test('in several parts, by their bytes, is committed by one transaction and applied', async () => {
    const ids = await createUsers(120)
    const groupId = await createGroup()
    const value = ids.map((id) => ({ value: id, display: `${id} ${'x'.repeat(8_000)}` }))
    const { status, headers } = await call(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'add', path: 'members', value }),
    )
    expect([status, headers.etag]).toEqual([204, 'W/"2"'])
    expect(await itemsIn(groupId)).toEqual(['INTENT', 'INTENT', 'INTENT', 'INTENT'])
    await settle(db)
    const { body } = await call('GET', `/Groups/${groupId}`)
    expect(body.members.map(({ value, display }: { value: string; display: string }) => [value, display])).toEqual(
      value.map((sent) => [sent.value, sent.display]),
    )
  })
})

describe('changes behind one that is not applied', () => {
  test('two PATCHes of 100 members each at once both succeed, and are two versions', async () => {
    const ids = await createUsers(200)
    const groupId = await createGroup()
    const answers = await Promise.all(
      [ids.slice(0, 100), ids.slice(100)].map((part) => call('PATCH', `/Groups/${groupId}`, add(part))),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 204])
    expect(await stored(groupId)).toEqual({ version: 3, memberCount: 200, applying: 3 })
    await settle(db)
    expect(idsOf((await call('GET', `/Groups/${groupId}`)).body.members)).toEqual(ids)
    expect(await stored(groupId)).toEqual({ version: 3, memberCount: 200, applying: undefined })
  })

  test('come one after the other: who is added, removed and added again has the last display', async () => {
    const ids = await createUsers(50)
    const [user = ''] = ids
    const groupId = await createGroup()
    const value = refs(ids).map((ref) => ({ ...ref, display: 'First' }))
    await call('PATCH', `/Groups/${groupId}`, patchOf({ op: 'add', path: 'members', value }))
    await call('PATCH', `/Groups/${groupId}`, remove([user]))
    const again = patchOf({ op: 'add', path: 'members', value: [{ value: user, display: 'Second' }] })
    const last = await call('PATCH', `/Groups/${groupId}`, again)
    const expected = ids.map((id) => [id, id === user ? 'Second' : 'First'])
    const displays = ({ body }: typeof last) =>
      body.members.map(({ value, display }: { value: string; display: string }) => [value, display])
    expect([last.status, last.headers.etag, displays(last)]).toEqual([200, 'W/"4"', expected])
    expect(displays(await call('GET', `/Groups/${groupId}`))).toEqual(expect.arrayContaining(expected))
    await settle(db)
    expect(displays(await call('GET', `/Groups/${groupId}`))).toEqual(expected)
    expect(await stored(groupId)).toEqual({ version: 4, memberCount: 50, applying: undefined })
  })

  test('change what is so by then: who is a member by an open change is added no second time', async () => {
    const ids = await createUsers(50)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    const again = await azure('PATCH', `/Groups/${groupId}`, add(ids.slice(0, 3)))
    expect([again.status, again.headers.etag]).toEqual([204, 'W/"2"'])
    expect((await azure('PATCH', `/Groups/${groupId}`, remove(ids.slice(0, 3)))).headers.etag).toBe('W/"3"')
    expect(await stored(groupId)).toEqual({ version: 3, memberCount: 47, applying: 3 })
    await settle(db)
    expect(await itemsIn(groupId)).toEqual(ids.slice(3).map(() => 'MEMBER'))
  })

  test('a rename and a PUT meet them too, and a rename needs no queue', async () => {
    const ids = await createUsers(60)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    const name = `Renamed ${++names}`
    const renamed = await call(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'replace', path: 'displayName', value: name }),
    )
    expect([renamed.status, renamed.body.displayName, renamed.body.members.length]).toEqual([200, name, 60])
    expect(await stored(groupId)).toEqual({ version: 3, memberCount: 60, applying: 2 })
    const put = await call('PUT', `/Groups/${groupId}`, newGroup(name, { members: refs(ids.slice(50)) }))
    expect([put.status, idsOf(put.body.members)]).toEqual([200, ids.slice(50)])
    expect(await stored(groupId)).toEqual({ version: 4, memberCount: 10, applying: 4 })
    await settle(db)
    expect(idsOf((await call('GET', `/Groups/${groupId}`)).body.members)).toEqual(ids.slice(50))
    expect(await stored(groupId)).toEqual({ version: 4, memberCount: 10, applying: undefined })
  })

  test('past the bound they are 429 and leave nothing behind', async () => {
    const ids = await createUsers(101)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    for (let n = 0; n < 99; n++) {
      const { status } = await azure('PATCH', `/Groups/${groupId}`, remove([ids[n] as string]))
      expect(status).toBe(204)
    }
    const before = await scanAll(db)
    const { status, headers, body } = await azure('PATCH', `/Groups/${groupId}`, remove([ids[100] as string]))
    expect([status, headers['retry-after'], body.detail]).toEqual([
      429,
      '5',
      `Group "${groupId}" has too many changes that wait to be applied; retry after the seconds named in Retry-After`,
    ])
    const event = (await scanAll(db)).filter(({ sk }) => !before.some((item) => item.sk === sk))
    expect(event.map(({ pk }) => String(pk).split('#')[2])).toEqual(['EVENT'])
    await settle(db)
    expect((await azure('PATCH', `/Groups/${groupId}`, remove([ids[100] as string]))).status).toBe(204)
    expect(idsOf((await call('GET', `/Groups/${groupId}`)).body.members)).toEqual([ids[99]])
  })

  test('a deleted group with an open queue leaves nothing, and each member its whole history', async () => {
    const ids = await createUsers(60)
    const groupId = await createGroup(ids.slice(0, 5))
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    expect((await call('DELETE', `/Groups/${groupId}`)).status).toBe(204)
    expect((await call('GET', `/Groups/${groupId}`)).status).toBe(404)
    await settle(db)
    expect(await itemsOf(db, membersKey(ACCOUNT, groupId))).toEqual([])
    expect(await listUnfinished(db)).toEqual({ heads: [], intents: [] })
    const grants = await itemsOf(db, historyKey(ACCOUNT, ids[59] as string))
    expect(grants.filter(({ group }) => group === groupId).map(({ kind }) => kind)).toEqual(['added', 'removed'])
    const events = (await scanEvents(db)).filter(({ resourceId, changes }) => resourceId === groupId && changes)
    expect(events.at(-1)).toMatchObject({ method: 'DELETE', status: 204 })
    expect(events.at(-1)?.changes).toContainEqual({ attribute: 'members.removed', before: expect.arrayContaining(ids) })
  })
})

describe('the worker', () => {
  const slice = (work: Work, table = db) => runSlice(table, work, table.clock() + 10_000)

  test('called late, twice or by many at once does it once', async () => {
    const ids = await createUsers(60)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    const work: Work = { account: ACCOUNT, kind: 'GROUP', id: groupId }
    const others = Promise.withResolvers<void>()
    const held = hookedDb(db, (command) => (command.startsWith('BatchWrite') ? others.promise : undefined))
    const slices = [slice(work, held), slice(work, held), slice(work, held)]
    let ended = 0
    for (const one of slices) void one.then(() => ++ended === 2 && others.resolve())
    const ends = await Promise.all(slices)
    expect(ends.map(({ end }) => end).sort()).toEqual(['done', 'taken', 'taken'])
    expect(await slice(work)).toEqual({ end: 'done' })
    expect(await itemsIn(groupId)).toEqual(ids.map(() => 'MEMBER'))
  })

  test('that was frozen and goes on after its time writes nothing over what another one did', async () => {
    const ids = await createUsers(60)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    const work: Work = { account: ACCOUNT, kind: 'GROUP', id: groupId }
    let skippedMs = 0
    const clock = () => Date.now() + skippedMs
    const thaw = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    const frozen = hookedDb({ ...db, clock }, async (command) => {
      if (!command.startsWith('BatchWrite')) return
      reached.resolve()
      await thaw.promise
    })
    const late = runSlice(frozen, work, clock() + 10_000)
    await reached.promise
    expect(await slice(work)).toEqual({ end: 'taken' })
    skippedMs = 40_000
    expect(await slice(work, { ...db, clock })).toEqual({ end: 'done' })
    await call('PATCH', `/Groups/${groupId}`, remove(ids))
    const anew = await takeHead({ ...db, clock }, work, clock() + 30_000)
    thaw.resolve()
    expect(await late).toEqual({ end: 'taken' })
    expect(await getHead(db, work)).toEqual(anew)
    await settle(db)
    expect(await itemsIn(groupId)).toEqual([])
    expect(await stored(groupId)).toEqual({ version: 3, memberCount: 0, applying: undefined })
  })

  test('that is told to stop begins nothing more, and leaves it to the next one', async () => {
    const ids = await createUsers(60)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    const work: Work = { account: ACCOUNT, kind: 'GROUP', id: groupId }
    expect(await runSlice(db, work, db.clock() + 10_000, AbortSignal.abort())).toEqual({ end: 'more' })
    expect(await itemsIn(groupId)).toEqual(['INTENT'])
    expect(await slice(work)).toEqual({ end: 'done' })
  })

  test('goes on through throttling as long as its time lasts', async () => {
    const ids = await createUsers(60)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    let calls = 0
    const throttled = hookedDb(db, () => {
      if (++calls < 20 && calls % 2 === 0) throw Object.assign(new Error('slower'), { name: 'ThrottlingException' })
    })
    const end = await runSlice(throttled, { account: ACCOUNT, kind: 'GROUP', id: groupId }, db.clock() + 10_000)
    expect(end).toEqual({ end: 'done' })
    expect(await itemsIn(groupId)).toEqual(ids.map(() => 'MEMBER'))
  })

  test('killed at any of its writes, before or after it, leaves what the next one ends right', async () => {
    const ids = await createUsers(60)
    const prepare = async () => {
      const groupId = await createGroup(ids.slice(0, 3))
      await call('PATCH', `/Groups/${groupId}`, add(ids.slice(0, 50)))
      await call('PATCH', `/Groups/${groupId}`, remove(ids.slice(0, 2)))
      await call('PATCH', `/Groups/${groupId}`, add(ids.slice(50)))
      return groupId
    }
    const run = async (groupId: string, death?: Death) => {
      const { db: table, state } = dyingDb(db, death)
      await slice({ account: ACCOUNT, kind: 'GROUP', id: groupId }, table).catch(() => {})
      return state
    }
    const { writes } = await run(await prepare())
    for (let at = 1; at <= writes; at++) {
      for (const reached of [false, true]) {
        const groupId = await prepare()
        expect([at, reached, (await run(groupId, { at, reached })).dead]).toEqual([at, reached, true])
        expect(idsOf((await call('GET', `/Groups/${groupId}`)).body.members)).toEqual(ids.slice(2))
        await settle(db)
        expect(await itemsIn(groupId)).toEqual(ids.slice(2).map(() => 'MEMBER'))
        expect(await stored(groupId)).toEqual({ version: 4, memberCount: 58, applying: undefined })
        await call('DELETE', `/Groups/${groupId}`)
      }
    }
  })
})

test('F25 an item that is no user fails by its id only: lists go on without it', async () => {
  const other = scimApi(db, principal({ account: 'poisoned', privileges: ['createUser', 'monitorUser'] }))
  const { body } = await other('POST', '/Users', newUser('healthy'))
  const Item = { ...resourceKey('poisoned', User, '00000000-0000-7000-8000-000000000000'), version: 'seven' }
  await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
  const listed = await other('GET', '/Users')
  expect([listed.status, listed.body.Resources.map(({ id }: { id: string }) => id)]).toEqual([200, [body.id]])
  expect((await other('GET', `/Users/${Item.sk}`)).status).toBe(500)
})
