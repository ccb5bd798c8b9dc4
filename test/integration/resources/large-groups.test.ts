import { describe, expect, test } from 'vitest'
import type { RestEvent } from '../../../shared/audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { mapConcurrently } from '../../../shared/store/batch.ts'
import type { Db } from '../../../shared/store/client.ts'
import { getResource } from '../../../shared/store/resources.ts'
import { runSlice, type Work } from '../../../shared/worker/work.ts'
import { withTable } from '../../factories/engine.ts'
import { hookedDb } from '../../factories/faulty-db.ts'
import { scanEvents } from '../../factories/scan.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { listUnfinished, settle } from '../../factories/settle.ts'

const ACCOUNT = 'default'
const db = withTable()
const call = scimApi(db)

const refs = (ids: string[]) => ids.map((value) => ({ value }))
const add = (ids: string[]) => patchOf({ op: 'add', path: 'members', value: refs(ids) })
const remove = (ids: string[]) => patchOf({ op: 'remove', path: 'members', value: refs(ids) })

let names = 0
async function createUsers(count: number): Promise<string[]> {
  const users = Array.from({ length: count }, () => newUser(`large-${++names}`))
  const created = await Promise.all(users.map((user) => call('POST', '/Users', user)))
  return created.map(({ body }) => body.id).sort()
}

async function createGroup(members: string[] = []): Promise<string> {
  const { body } = await call('POST', '/Groups', newGroup(`Large ${++names}`, { members: refs(members) }))
  return body.id
}

const slice = (kind: Work['kind'], id: string, table: Db = db) =>
  runSlice(table, { account: ACCOUNT, kind, id }, table.clock() + 10_000)

/** What there is of a group: as stored, as shown, and how many events tell of changes. */
async function stateOf(groupId: string) {
  const group = await getResource(db, ACCOUNT, RESOURCE_TYPES.Group, groupId)
  const { body } = await call('GET', `/Groups/${groupId}`)
  const isChange = ({ resourceId, changes }: RestEvent) => resourceId === groupId && changes !== undefined
  return {
    version: group?.version,
    memberCount: group?.memberCount,
    applying: group?.applying,
    events: (await scanEvents(db)).filter(isChange).length,
    members: body.members.map(({ value }: { value: string }) => value).sort(),
  }
}

const settled = (version: number, members: string[]) => ({
  ...{ version, events: version, members, memberCount: members.length },
  applying: undefined,
})

describe('a large change that is committed while another one ends', () => {
  test('is applied too, and the group takes changes again', async () => {
    const ids = await createUsers(150)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids.slice(0, 50)))
    let second: number | undefined
    const meeting = hookedDb(db, async (command, input) => {
      if (second !== undefined || !command.startsWith('TransactWrite') || !/committed/.test(JSON.stringify(input)))
        return
      second = 0
      second = (await call('PATCH', `/Groups/${groupId}`, add(ids.slice(50, 149)))).status
    })
    expect(await slice('GROUP', groupId, meeting)).toEqual({ end: 'done' })
    expect(second).toBe(204)
    expect(await stateOf(groupId)).toEqual(settled(3, ids.slice(0, 149)))
    expect((await call('PATCH', `/Groups/${groupId}`, add(ids.slice(149)))).status).toBe(204)
    expect(await stateOf(groupId)).toEqual(settled(4, ids))
  })
})

describe('a user who is deleted while its group is changed', () => {
  const orders: [string, (groupId: string, userId: string) => Promise<void>][] = [
    ['the group is worked on first', async (groupId) => void (await slice('GROUP', groupId))],
    ['the user is worked on first', async (_groupId, userId) => void (await slice('USER', userId))],
    [
      'both are worked on at once',
      async (groupId, userId) => void (await Promise.all([slice('GROUP', groupId), slice('USER', userId)])),
    ],
  ]

  test.each(orders)('is no member by an addition that was open, where %s', async (_name, work) => {
    const ids = await createUsers(100)
    const [user = '', ...others] = ids
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    expect((await call('DELETE', `/Users/${user}`)).status).toBe(204)
    expect((await stateOf(groupId)).members).toEqual(others)
    await work(groupId, user)
    await settle(db)
    expect(await stateOf(groupId)).toEqual(settled(3, others))
  })

  test.each(orders)('is counted once where it is removed, or the others are, and %s', async (_name, work) => {
    const ids = await createUsers(100)
    const [user = '', other = '', ...rest] = ids
    for (const [removed, left, versions] of [
      [[user, ...rest], [other], 3],
      [[other, ...rest], [], 4],
    ] as const) {
      const gone = left.length > 0 ? user : ((await createUsers(1))[0] as string)
      const members = left.length > 0 ? ids : [gone, other, ...rest]
      const groupId = await createGroup(members)
      await settle(db)
      expect((await call('DELETE', `/Users/${gone}`)).status).toBe(204)
      expect((await call('PATCH', `/Groups/${groupId}`, remove([...removed]))).status).toBeLessThan(205)
      await work(groupId, gone)
      await settle(db)
      expect(await stateOf(groupId)).toEqual(settled(versions - 1, [...left]))
    }
  })

  test('with many others leaves it in slices of a few calls each, and every slice gets further', async () => {
    const ids = await createUsers(120)
    const gone = ids.slice(0, 100)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    await Promise.all(gone.map((id) => call('DELETE', `/Users/${id}`)))
    let calls = 0
    const clock = () => Date.now() + calls * 100
    const slow = hookedDb({ ...db, clock }, () => void calls++)
    const ends: string[] = []
    while (ends.at(-1) !== 'done' && ends.length < 12) ends.push((await slice('GROUP', groupId, slow)).end)
    expect(ends.at(-1)).toBe('done')
    await settle(db)
    expect(await stateOf(groupId)).toEqual(settled(102, ids.slice(100)))
  })

  test('is counted once, whichever two calls of the request that removes it the delete comes between', async () => {
    for (let at = 1, calls = at; at <= calls; at++) {
      const ids = await createUsers(50)
      const groupId = await createGroup(ids)
      await settle(db)
      calls = 0
      const meeting = hookedDb(db, async () => {
        if (++calls !== at) return
        await call('DELETE', `/Users/${ids[0]}`)
        await settle(db)
      })
      const { status } = await scimApi(meeting)('PATCH', `/Groups/${groupId}`, remove(ids.slice(0, 49)))
      await settle(db)
      const { events, ...state } = await stateOf(groupId)
      // Who lost a race may be answered without the version it became.
      expect([at, status === 200 || status === 204, state]).toEqual([
        ...[at, true],
        { version: events, memberCount: 1, applying: undefined, members: ids.slice(49) },
      ])
    }
  })

  test('loses its place in 50 groups, with and without open changes: each has its version, its count and one event', async () => {
    const ids = await createUsers(50)
    const [user = '', ...others] = ids
    const groups = await Promise.all(Array.from({ length: 50 }, () => createGroup([user])))
    await Promise.all(groups.slice(0, 5).map((id) => call('PATCH', `/Groups/${id}`, add(others))))
    expect((await call('DELETE', `/Users/${user}`)).status).toBe(204)
    await Promise.all([slice('USER', user), ...groups.slice(0, 3).map((id) => slice('GROUP', id))])
    await settle(db)
    const events = Map.groupBy(await scanEvents(db), ({ resourceId }) => resourceId)
    for (const [i, id] of groups.entries()) {
      const group = await getResource(db, ACCOUNT, RESOURCE_TYPES.Group, id)
      const isBusy = i < 5
      const found = [group?.version, group?.memberCount, group?.applying, events.get(id)?.length]
      expect([id, ...found]).toEqual([id, isBusy ? 3 : 2, isBusy ? 49 : 0, undefined, isBusy ? 3 : 2])
    }
    expect(await listUnfinished(db)).toEqual({ heads: [], intents: [] })
  })

  test('is not to be added any more, also where it is still stored as a member', async () => {
    const [user = '', other = ''] = await createUsers(2)
    const groupId = await createGroup([user, other])
    await call('DELETE', `/Users/${user}`)
    const { status, body } = await call('PATCH', `/Groups/${groupId}`, add([user]))
    expect([status, body.detail]).toEqual([
      400,
      `Cannot add "${user}" as member: there is no such user; create the user first`,
    ])
    await settle(db)
    expect(await stateOf(groupId)).toEqual(settled(2, [other]))
  })
})

describe('a change that is committed', () => {
  /** Every call after the first transaction fails, as under heavy throttling. */
  const failingAfterCommit = () => {
    let committed = false
    const table = hookedDb(db, (command) => {
      if (committed) throw Object.assign(new Error('slower'), { name: 'ProvisionedThroughputExceededException' })
      committed = command.startsWith('TransactWrite')
    })
    return scimApi(table)
  }

  test.each([3, 60])(
    'is answered whatever happens to reads after it: POST, PATCH and PUT of %i members',
    async (size) => {
      const ids = await createUsers(size)
      const members = ids.map((value) => ({
        value,
        $ref: `https://scim.example.com/scim/v2/Users/${value}`,
        type: 'User',
      }))
      const name = `Large ${++names}`
      const created = await failingAfterCommit()('POST', '/Groups', newGroup(name, { members: refs(ids.slice(1)) }))
      expect([created.status, created.body.members]).toEqual([201, members.slice(1)])
      const path = `/Groups/${created.body.id}`
      const patched = await failingAfterCommit()('PATCH', path, add(ids))
      expect([patched.status, patched.body.members, patched.headers.etag]).toEqual([200, members, 'W/"2"'])
      const put = await failingAfterCommit()('PUT', path, newGroup(name, { members: refs(ids.slice(0, 1)) }))
      expect([put.status, put.body.members, put.headers.etag]).toEqual([200, members.slice(0, 1), 'W/"3"'])
      await settle(db)
      expect(await stateOf(created.body.id)).toEqual(settled(3, ids.slice(0, 1)))
    },
  )
})

describe('If-Match', () => {
  test('holds while the queue of the group ends: that is no new version', async () => {
    const ids = await createUsers(60)
    const groupId = await createGroup()
    await call('PATCH', `/Groups/${groupId}`, add(ids))
    let ended = false
    const meeting = hookedDb(db, async (command) => {
      if (ended || !command.startsWith('TransactWrite')) return
      ended = true
      expect(await slice('GROUP', groupId)).toEqual({ end: 'done' })
    })
    const headers = { 'If-Match': 'W/"2"' }
    const rename = patchOf({ op: 'replace', path: 'displayName', value: `Large ${++names}` })
    const renamed = await scimApi(meeting)('PATCH', `/Groups/${groupId}`, rename, headers)
    expect([ended, renamed.status, renamed.headers.etag]).toEqual([true, 200, 'W/"3"'])
    const stale = await call('PATCH', `/Groups/${groupId}`, remove(ids), headers)
    expect([stale.status, stale.body.detail]).toEqual([
      412,
      `Cannot change "${groupId}": its version is W/"3" now; read it again and retry`,
    ])
    expect(await stateOf(groupId)).toEqual(settled(3, ids))
  })

  test('is 412 for who lost a race, in the words of a stale version', async () => {
    const [first = '', second = ''] = await createUsers(2)
    const groupId = await createGroup()
    let raced = false
    const racing = hookedDb(db, async (command) => {
      if (raced || !command.startsWith('TransactWrite')) return
      raced = true
      await call('PATCH', `/Groups/${groupId}`, add([first]))
    })
    const lost = await scimApi(racing)('PATCH', `/Groups/${groupId}`, add([second]), { 'If-Match': 'W/"1"' })
    expect([lost.status, lost.body.detail]).toEqual([
      412,
      `Cannot change "${groupId}": its version is W/"2" now; read it again and retry`,
    ])
    expect(await stateOf(groupId)).toEqual(settled(2, [first]))
  })
})

test('who a large change names is looked up in the index of what the role owns, and read where it is not there', async () => {
  const owner = scimApi(db, principal({ account: 'indexed', privileges: ['createUser', 'createRole', 'monitorUser'] }))
  const other = scimApi(db, principal({ account: 'indexed', role: 'OTHER', integration: 'OTHER' }))
  const create = async (from: typeof call, count: number) => {
    const users = Array.from({ length: count }, () => newUser(`indexed-${++names}`))
    return (await mapConcurrently(users, 100, (user) => from('POST', '/Users', user))).map(({ body }) => body.id)
  }
  const ids = [...(await create(owner, 1000)), ...(await create(other, 5))]
  const { body } = await owner('POST', '/Groups', newGroup('Indexed'))
  const refused = await owner('PATCH', `/Groups/${body.id}`, add([...ids, 'nobody']))
  expect([refused.status, refused.body.detail]).toEqual([
    400,
    'Cannot add "nobody" as member: there is no such user; create the user first',
  ])
  expect((await owner('PATCH', `/Groups/${body.id}`, add(ids))).status).toBe(204)
  expect((await owner('GET', `/Groups/${body.id}`)).body.members).toHaveLength(1005)
})
