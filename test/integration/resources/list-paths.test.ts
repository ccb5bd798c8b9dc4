import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../../shared/auth/principal.ts'
import { functionLimitMs } from '../../../shared/http/time-limits.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { resourceKey } from '../../../shared/store/keys.ts'
import { seedCollection, seedMembers } from '../../factories/collection.ts'
import { withTable } from '../../factories/engine.ts'
import { type Answer, type Call, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { watchedDb } from '../../factories/watched-db.ts'

const db = withTable()
const ACCOUNT = 'paths'
const { Group } = RESOURCE_TYPES

const CALLERS = {
  most: { role: 'MOST' },
  few: { role: 'FEW' },
  none: { role: 'NONE' },
  all: { role: 'NONE', privileges: ['monitorUser', 'monitorRole'] },
} satisfies Record<string, Partial<Principal>>
const callers = (Object.keys(CALLERS) as (keyof typeof CALLERS)[]).map((name): [string, Call] => [
  name,
  scimApi(db, principal({ account: ACCOUNT, ...CALLERS[name] })),
])

const search = async (call: Call, path: string, parameters: Record<string, string | number>): Promise<Answer> => {
  const text = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return call('GET', `${path}?${text.join('&')}`)
}
const shown = ({ status, body }: Answer) => {
  const { totalResults, itemsPerPage, Resources = [] } = body
  return [status, totalResults, itemsPerPage, Resources]
}
/** The same question, which no index answers. */
const byScan = (filter: string) => `not (not (${filter}))`

let users: string[]

beforeAll(async () => {
  const seed = (owner: string, prefix: string, count: number, more: object) =>
    seedCollection(db, { account: ACCOUNT, owner, prefix, count, bytes: 10, ...more })
  const late = Date.parse('2026-05-01T08:00:00.300Z')
  users = [
    ...(await seed('MOST', 'ann', 60, {})),
    ...(await seed('FEW', 'anna', 14, { from: late, msApart: 7 })),
    ...(await seed('FEW', 'bob', 12, { from: late + 3_600_000 })),
  ]
  const groups = [
    ...(await seed('MOST', 'Group A', 25, { type: Group })),
    ...(await seed('FEW', 'Group B', 12, { type: Group, from: late, msApart: 70_000 })),
  ]
  for (const [i, group] of groups.entries()) {
    await seedMembers(
      db,
      ACCOUNT,
      group,
      users.filter((_, j) => (i + j) % 3 === 0),
    )
  }
})

describe('every way to a list leads to the same', () => {
  const filters = fc.oneof(
    fc.constantFrom('ann', 'anna', 'ANN', 'b', 'nobody', 'anna1').map((text) => ['/Users', `userName sw "${text}"`]),
    fc.constantFrom('Group', 'group b', 'Group A1').map((text) => ['/Groups', `displayName sw "${text}"`]),
    fc.nat(85).map((n) => ['/Groups', `members.value eq "${users[n]}"`]),
    fc.nat(85).map((n) => ['/Groups', `members eq "${users[n]}"`]),
    fc.array(fc.nat(90), { minLength: 2, maxLength: 20 }).map((some) => {
      return ['/Users', some.map((n) => `id eq "${users[n] ?? 'nobody'}"`).join(' or ')]
    }),
  )
  const pages = fc.record({ startIndex: fc.integer({ min: 1, max: 30 }), count: fc.integer({ min: 0, max: 40 }) })

  test('a filter answered by ids as one answered by a scan: objects, order and totals', async () => {
    const property = fc.asyncProperty(fc.constantFrom(...callers), filters, pages, async ([, call], asked, page) => {
      const [path = '', filter = ''] = asked
      const parts = { ...page, excludedAttributes: 'members' }
      const direct = await search(call, path, { ...parts, filter })
      const scanned = await search(call, path, { ...parts, filter: byScan(filter) })
      expect(shown(direct)).toEqual(shown(scanned))
    })
    await fc.assert(property, { numRuns: 60, seed: 7 })
  })

  test('a list of what a role owns as the filter of all by that role, page after page, with groups', async () => {
    for (const [name, call] of callers) {
      const { body } = await search(call, '/Users', { count: 1000 })
      const sorted = await search(call, '/Users', { count: 1000, sortBy: 'id' })
      expect([name, body.totalResults]).toEqual([name, { most: 60, few: 26, none: 0, all: 86 }[name]])
      expect(body.Resources).toEqual(sorted.body.Resources)
      const paged = []
      for (let startIndex = 1; startIndex <= body.totalResults; startIndex += 7) {
        paged.push(...(await search(call, '/Users', { startIndex, count: 7 })).body.Resources)
      }
      expect(paged).toEqual(body.Resources)
      for (const user of body.Resources) {
        expect((await call('GET', `/Users/${user.id}`)).body).toEqual(user)
      }
    }
  })

  test('a jump that no page led to ends where the pages before it end', async () => {
    for (const [, call] of callers) {
      const { body } = await search(call, '/Users', { count: 1000, excludedAttributes: 'groups' })
      const jump = await search(call, '/Users', { startIndex: 12, count: 9, excludedAttributes: 'groups' })
      expect(jump.body.Resources ?? []).toEqual((body.Resources ?? []).slice(11, 20))
    }
  })
})

describe('a role that owns little sees at once what the index does not tell yet', () => {
  const idsOf = ({ body }: Answer) => body.Resources.map(({ id }: { id: string }) => id)

  /** Objects that the index does not show, as it does when it lags. */
  async function unindex(account: string, ids: readonly string[]) {
    for (const id of ids) {
      const { pk, sk } = resourceKey(account, RESOURCE_TYPES.User, id)
      const UpdateExpression = 'REMOVE gsi1pk, gsi1sk'
      await db.client.send(new UpdateCommand({ TableName: db.tableName, Key: { pk, sk }, UpdateExpression }))
    }
  }

  test.each([
    ['a moment ago', 0, 500],
    ['by a request that took as long as one may', functionLimitMs({}), 1900],
  ])('in its place, made %s', async (_when, tookMs, sinceMs) => {
    const account = `lagging-${tookMs}`
    await seedCollection(db, { account, owner: 'OTHER', prefix: 'other', count: 80, bytes: 10 })
    const known = await seedCollection(db, { account, owner: 'FEW', prefix: 'known', count: 12, bytes: 10 })
    const now = Date.now()
    const seed = { account, owner: 'FEW', bytes: 10, msApart: 1 }
    const latest = await seedCollection(db, { ...seed, prefix: 'new', count: 6, from: now })
    await unindex(
      account,
      latest.filter((_, i) => i !== 3),
    )
    const call = scimApi(db, principal({ account, role: 'FEW' }), { now: () => new Date(now + tookMs + sinceMs) })
    const expected = [...known, ...latest]
    expect(idsOf(await search(call, '/Users', { count: 100 }))).toEqual(expected)
    expect(idsOf(await search(call, '/Users', { count: 100, filter: 'title pr' }))).toEqual(expected)
    const pages = []
    for (const startIndex of [1, 8, 15]) pages.push(...idsOf(await search(call, '/Users', { startIndex, count: 7 })))
    expect(pages).toEqual(expected)
  })

  test('whatever others made before it in the same moments', async () => {
    const account = 'crowded'
    const now = Date.now()
    const others = { account, owner: 'OTHER', prefix: 'other', count: 1500, bytes: 10 }
    await seedCollection(db, { ...others, from: now - 1700, msApart: 1 })
    const own = await seedCollection(db, { account, owner: 'FEW', prefix: 'own', count: 3, bytes: 10, from: now })
    await unindex(account, own)
    const call = scimApi(db, principal({ account, role: 'FEW' }), { now: () => new Date(now + 200) })
    expect(shown(await search(call, '/Users', { attributes: 'id' }))).toEqual([
      200,
      3,
      3,
      own.map((id) => ({ id, schemas: expect.any(Array) })),
    ])
  })
})

test('a group is found by a member while a large change of it is under way', async () => {
  const account = 'under-way'
  const owner = 'GENERIC_SCIM_PROVISIONER'
  const ids = await seedCollection(db, { account, owner, prefix: 'u', count: 120, bytes: 10 })
  const [member = ''] = ids
  const groups = await seedCollection(db, { account, owner, prefix: 'G', count: 12, type: Group })
  for (const group of groups) await seedMembers(db, account, group, [member])
  const { db: halting } = watchedDb(db, (command) => {
    if (command.startsWith('BatchWrite')) throw new Error('The writer is gone')
  })
  const privileges: Principal['privileges'] = ['createUser', 'createRole', 'monitorUser', 'monitorRole']
  const caller = principal({ account, privileges })
  const members = ids.slice(1).map((value) => ({ value }))
  await scimApi(halting, caller)(
    'PATCH',
    `/Groups/${groups[3]}`,
    patchOf({ op: 'add', path: 'members', value: members }),
  )
  for (const call of [scimApi(db, caller), scimApi(db, principal({ account }))]) {
    const { body } = await search(call, '/Groups', {
      filter: `members.value eq "${member}"`,
      excludedAttributes: 'members',
    })
    expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual(groups)
  }
})

describe('groups that are gone while the index still leads to them', () => {
  const account = 'gone'
  let filter: string
  let live: string[]
  const call = scimApi(db, principal({ account, privileges: ['monitorUser', 'monitorRole'] }))
  const ask = async (parameters: Record<string, string | number>) => {
    const { body } = await search(call, '/Groups', { filter, attributes: 'id', ...parameters })
    return { ...body, ids: body.Resources.map(({ id }: { id: string }) => id) }
  }

  beforeAll(async () => {
    const owner = 'GENERIC_SCIM_PROVISIONER'
    const [member = ''] = await seedCollection(db, { account, owner, prefix: 'u', count: 1 })
    const groups = await seedCollection(db, { account, owner, prefix: 'G', count: 30, type: Group })
    for (const id of groups) await seedMembers(db, account, id, [member])
    for (const id of groups.slice(0, 12)) {
      await db.client.send(new DeleteCommand({ TableName: db.tableName, Key: resourceKey(account, Group, id) }))
    }
    live = groups.slice(12)
    filter = `members.value eq "${member}"`
  })

  test('do not end a walk by cursor on a page of none: it shows all others and counts them', async () => {
    const first = await ask({ count: 10, cursor: '' })
    expect([first.ids, first.totalResults]).toEqual([live.slice(0, 10), 18])
    const second = await ask({ count: 10, cursor: first.nextCursor })
    expect([second.ids, second.nextCursor]).toEqual([live.slice(10), undefined])
  })

  test('nor one by index, and a page of all counts none of them', async () => {
    const first = await ask({ count: 10 })
    expect([first.ids, first.totalResults]).toEqual([live.slice(0, 10), 18])
    expect((await ask({ count: 10, startIndex: 11 })).ids).toEqual(live.slice(10))
    const whole = await ask({ count: 100 })
    expect([whole.ids, whole.totalResults, whole.itemsPerPage]).toEqual([live, 18, 18])
  })
})

describe('an address that is the name', () => {
  const ADDRESSES = ['ann@example.com', 'bob@example.com', 'Ann@Example.com', 'cy@example.com']
  /** What becomes of one of three users: another name, or other addresses. */
  const steps = fc.array(
    fc.record({
      user: fc.nat(2),
      userName: fc.option(fc.constantFrom(...ADDRESSES, 'plain')),
      emails: fc.option(fc.uniqueArray(fc.constantFrom(...ADDRESSES), { maxLength: 3 })),
    }),
    { maxLength: 8 },
  )

  test('is found whatever becomes of either: by the index exactly who has it', async () => {
    let accounts = 0
    const property = fc.asyncProperty(steps, async (changes) => {
      const call = scimApi(db, principal({ account: `emails-${++accounts}` }))
      const ids: string[] = []
      for (const name of ['one', 'two', 'three']) ids.push((await call('POST', '/Users', newUser(name))).body.id)
      for (const { user, userName, emails } of changes) {
        const value = { ...(userName && { userName }), ...(emails && { emails: emails.map((value) => ({ value })) }) }
        const { status } = await call('PATCH', `/Users/${ids[user]}`, patchOf({ op: 'replace', value }))
        expect([200, 409]).toContain(status)
      }
      for (const address of [...ADDRESSES, 'plain']) {
        const filter = `emails.value eq "${address}"`
        const [found, scanned] = [
          await search(call, '/Users', { filter }),
          await search(call, '/Users', { filter: byScan(filter) }),
        ]
        expect([filter, shown(found)]).toEqual([filter, shown(scanned)])
      }
    })
    await fc.assert(property, { numRuns: 12, seed: 11 })
  })

  test('has no lookup of its own, and gets one when the name changes', async () => {
    const call = scimApi(db, principal({ account: 'lookups' }))
    const body = newUser('Ann@example.com', { emails: [{ value: 'ann@EXAMPLE.com' }, { value: 'a@x.org' }] })
    const { body: ann } = await call('POST', '/Users', body)
    const find = async (address: string) =>
      (await search(call, '/Users', { filter: `emails.value eq "${address}"` })).body.Resources.length
    expect([await find('ANN@example.com'), await find('a@x.org'), await find('b@x.org')]).toEqual([1, 1, 0])
    await call('PATCH', `/Users/${ann.id}`, patchOf({ op: 'replace', value: { userName: 'bea' } }))
    expect([await find('ann@example.com'), await find('bea')]).toEqual([1, 0])
    await call('PATCH', `/Users/${ann.id}`, patchOf({ op: 'remove', path: 'emails' }))
    await call('PATCH', `/Users/${ann.id}`, patchOf({ op: 'replace', value: { userName: 'ann@example.com' } }))
    expect([await find('ann@example.com'), await find('a@x.org')]).toEqual([0, 0])
  })
})
