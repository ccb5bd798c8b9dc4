import { beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../../shared/auth/principal.ts'
import { MAX_SCANNED_RESOURCES } from '../../../shared/scim/limits.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { batchWrite } from '../../../shared/store/batch-write.ts'
import { countKey, nameKey } from '../../../shared/store/keys.ts'
import { namedId } from '../../../shared/store/new-id.ts'
import { seedCollection, seedMembers } from '../../factories/collection.ts'
import { withTable } from '../../factories/engine.ts'
import { newGroup, principal, scimApi } from '../../factories/scim-api.ts'
import { watchedDb } from '../../factories/watched-db.ts'

const db = withTable()
const ROLE = 'GENERIC_SCIM_PROVISIONER'

interface Cost {
  status: number
  calls: number
  queries: number
  readUnits: number
  detail: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  body: any
}

/** What a request takes from a process that has answered the like before: it knows how much the caller owns. */
async function costOf(caller: Partial<Principal>, path: string): Promise<Cost> {
  const { db: watched, calls } = watchedDb(db)
  const call = scimApi(watched, principal(caller))
  await call('GET', '/Users?count=1&excludedAttributes=groups')
  calls.length = 0
  const { status, body } = await call('GET', path)
  const reads = calls.filter(({ command }) => /^(Get|Query|BatchGet)/.test(command))
  const queries = calls.filter(({ command }) => command.startsWith('Query')).length
  const readUnits = reads.reduce((sum, { units }) => sum + units, 0)
  return { status, calls: calls.length, queries, readUnits, detail: body.detail, body }
}

const idsOf = ({ body }: Cost) => body.Resources.map(({ id }: { id: string }) => id)
const groupsOf = ({ body }: Cost) =>
  body.Resources.map(({ groups }: { groups: { display: string }[] }) => groups.map(({ display }) => display).join())

/** Two groups of an account, of which users are members in turn; what their `groups` must then be. */
async function withGroups(account: string, userIds: string[]): Promise<string[]> {
  const call = scimApi(db, principal({ account }))
  for (const [n, name] of ['Even', 'Third'].entries()) {
    const { body } = await call('POST', '/Groups', newGroup(name))
    const members = userIds.filter((_, i) => i % (n + 2) === 0)
    await seedMembers(db, account, body.id, members)
  }
  return userIds.map((_, i) => [i % 2 === 0 && 'Even', i % 3 === 0 && 'Third'].filter(Boolean).join())
}

describe('a page of 100 users with their groups', () => {
  test('of one bulk sync takes at most 8 calls and 30 read units', async () => {
    const account = 'bulk'
    const ids = await seedCollection(db, { account, owner: ROLE, count: 250, prefix: 'u' })
    const groups = await withGroups(account, ids)
    const first = await costOf({ account }, '/Users')
    expect(idsOf(first)).toEqual(ids.slice(0, 100))
    expect(groupsOf(first)).toEqual(groups.slice(0, 100))
    expect(first.calls).toBeLessThanOrEqual(8)
    expect(first.readUnits).toBeLessThanOrEqual(30)
    expect(first.queries).toBeLessThanOrEqual(6)
  })

  test('created one by one takes no more than a query a user, and shows the same', async () => {
    const account = 'one-by-one'
    const ids = await seedCollection(db, { account, owner: ROLE, count: 60, prefix: 'u', msApart: 70_000 })
    const groups = await withGroups(account, ids)
    const cost = await costOf({ account }, '/Users')
    expect([idsOf(cost), groupsOf(cost)]).toEqual([ids, groups])
    expect(cost.queries).toBeLessThanOrEqual(60 + 4)
  })

  test('among many others of the same seconds asks by user, and passes nobody else', async () => {
    const account = 'scattered'
    const ids = await seedCollection(db, { account, owner: ROLE, count: 400, prefix: 'u', bytes: 10 })
    const groups = await withGroups(account, ids)
    const wanted = ids.filter((_, i) => i % 40 === 0)
    const filter = wanted.map((id) => `externalId eq "u${ids.indexOf(id)}"`).join(' or ')
    const cost = await costOf({ account }, `/Users?filter=${encodeURIComponent(filter)}`)
    expect(idsOf(cost)).toEqual(wanted)
    expect(groupsOf(cost)).toEqual(groups.filter((_, i) => i % 40 === 0))
    // The scan that finds them, the counts, pending work and 10 queries for the groups.
    expect(cost.queries).toBeLessThanOrEqual(13)
  })

  test('a filter that nearly all match keeps the page a run', async () => {
    const account = 'nearly'
    const ids = await seedCollection(db, { account, owner: ROLE, count: 150, prefix: 'u', bytes: 10 })
    const groups = await withGroups(account, ids)
    const cost = await costOf({ account }, `/Users?filter=${encodeURIComponent('not (externalId eq "u7")')}`)
    expect(idsOf(cost)).toEqual(ids.filter((_, i) => i !== 7).slice(0, 100))
    expect(groupsOf(cost)).toEqual(groups.filter((_, i) => i !== 7).slice(0, 100))
    expect(cost.queries).toBeLessThanOrEqual(6)
  })
})

test('a page around a crowd of others pays no more for its groups than twice what it pays user by user', async () => {
  const account = 'gap'
  const ms = 16_384 * Math.ceil(Date.parse('2026-05-01T08:00:00Z') / 16_384)
  const before = await seedCollection(db, { account, owner: ROLE, count: 60, prefix: 'a', from: ms, msApart: 2 })
  const late = { prefix: 'b', from: ms + 14_000, msApart: 2 }
  const ids = [...before, ...(await seedCollection(db, { account, owner: ROLE, count: 60, ...late }))]
  const crowd = Array.from({ length: 2000 }, (_, i) => namedId(ms + 200 + 6 * i, 'other'))
  const call = scimApi(db, principal({ account }))
  for (const name of ['One', 'Two', 'Three']) {
    const { body } = await call('POST', '/Groups', newGroup(name))
    await seedMembers(db, account, body.id, [...ids.filter((_, i) => i % 3 === 0), ...crowd])
  }
  const cost = await costOf({ account }, '/Users')
  expect(idsOf(cost)).toEqual(ids.slice(0, 100))
  const groupCounts = cost.body.Resources.map(({ groups }: { groups: unknown[] }) => groups.length)
  expect(groupCounts).toEqual(ids.slice(0, 100).map((_, i) => (i % 3 === 0 ? 3 : 0)))
  // 27 for the users, 1 for each of them in the worst case, the groups and the counts.
  expect(cost.readUnits).toBeLessThanOrEqual(27 + 100 + 5)
})

describe('a role that owns 50 of 5,050', () => {
  const minority = { account: 'many', role: 'MINOR', integration: 'MINOR' }
  const scattered = { account: 'mixed', role: 'MINOR', integration: 'MINOR' }
  const alone = { account: 'alone', role: 'MINOR', integration: 'MINOR' }
  let own: { many: string[]; mixed: string[]; alone: string[] }

  beforeAll(async () => {
    const minor = { owner: 'MINOR', count: 50, prefix: 'minor-' }
    const major = { owner: ROLE, count: 5000, prefix: 'major-' }
    const late = Date.parse('2026-05-01T08:00:30Z')
    await seedCollection(db, { account: 'many', ...major })
    await seedCollection(db, { account: 'mixed', ...major })
    own = {
      many: await seedCollection(db, { account: 'many', ...minor, from: Date.parse('2026-05-02T08:00:00Z') }),
      mixed: await seedCollection(db, { account: 'mixed', ...minor, from: late, msApart: 100 }),
      alone: await seedCollection(db, { account: 'alone', ...minor }),
    }
  })

  test.each([
    ['lists', '/Users?excludedAttributes=groups'],
    ['lists with groups', '/Users'],
    ['counts', '/Users?count=0'],
    ['filters without an index', `/Users?filter=${encodeURIComponent('title pr')}&excludedAttributes=groups`],
    ['sorts', '/Users?sortBy=title&excludedAttributes=groups'],
    ['pages on', '/Users?startIndex=21&count=10&excludedAttributes=groups'],
  ])('%s at no more than 1.2 times what it pays in an account of 50', async (_what, path) => {
    const [among, apart] = [await costOf(minority, path), await costOf(alone, path)]
    expect(among.body.totalResults).toBe(50)
    expect(idsOf(among)).toEqual(idsOf(apart).map((id: string) => own.many[own.alone.indexOf(id)]))
    expect(among.readUnits).toBeLessThanOrEqual(1.2 * apart.readUnits)
  })

  test('pays up to 1.25 units for each of its own where they are scattered', async () => {
    const cost = await costOf(scattered, '/Users?excludedAttributes=groups')
    expect(idsOf(cost)).toEqual(own.mixed)
    expect(cost.readUnits).toBeLessThanOrEqual(1.25 * 50 + 6)
  })
})

test('a role that made nothing lately pays nothing for what others just made', async () => {
  const account = 'during-sync'
  const own = await seedCollection(db, { account, owner: 'FEW', count: 50, prefix: 'own-' })
  const from = Date.now() - 10_000
  await seedCollection(db, { account, owner: 'OTHER', count: 1000, prefix: 'other-', from })
  const cost = await costOf({ account, role: 'FEW' }, '/Users?excludedAttributes=groups')
  expect(idsOf(cost)).toEqual(own)
  expect(cost.readUnits).toBeLessThanOrEqual(15)
})

describe('a role that owns most, though not the oldest', () => {
  test('does not pass more of what is others than it reads of its own', async () => {
    const account = 'youngest'
    await seedCollection(db, { account, owner: 'OTHER', count: 2000, prefix: 'other-' })
    const from = Date.parse('2026-05-02T08:00:00Z')
    const own = await seedCollection(db, { account, owner: ROLE, count: 2100, prefix: 'own-', from })
    const cost = await costOf({ account }, '/Users?excludedAttributes=groups')
    expect([idsOf(cost), cost.body.totalResults]).toEqual([own.slice(0, 100), 2100])
    expect(cost.readUnits).toBeLessThanOrEqual(2 * 27)
  })
})

const WORDS = `More than ${MAX_SCANNED_RESOURCES} of the resources you see would have to be examined: filter by one of id, userName, externalId, emails.value, or list without filter and sort`

describe('what is refused for its size', () => {
  test.each([
    ['a filter', `/Users?filter=${encodeURIComponent('title pr')}`, WORDS],
    ['a sort', '/Users?sortBy=title', WORDS],
    ['a later page of one', '/Users?sortBy=title&startIndex=101', WORDS],
    [
      'a place that no page led to',
      '/Users?startIndex=11002',
      'Cannot begin at 11002: page from the start, where each page is found at once, or use a cursor',
    ],
  ])('%s costs at most 4 read units', async (_what, path, detail) => {
    const account = 'refusals'
    const counter = { pk: countKey(account, RESOURCE_TYPES.User), sk: '000', all: 30_000, [`own#${ROLE}`]: 20_000 }
    await batchWrite(db, [{ PutRequest: { Item: counter } }])
    await seedCollection(db, { account, owner: ROLE, count: 300, prefix: 'u' })
    const cost = await costOf({ account }, path)
    expect([cost.status, cost.body.scimType, cost.detail]).toEqual([400, 'tooMany', detail])
    expect(cost.readUnits).toBeLessThanOrEqual(4)
  })

  test('counts what the caller sees: a role that owns 20 of 30,020 filters them', async () => {
    const account = 'crowd'
    const counter = { pk: countKey(account, RESOURCE_TYPES.User), sk: '000', all: 30_000, 'own#OTHER': 30_000 }
    await batchWrite(db, [{ PutRequest: { Item: counter } }])
    const own = await seedCollection(db, { account, owner: ROLE, count: 20, prefix: 'u' })
    const path = `/Users?filter=${encodeURIComponent('title pr')}`
    expect(idsOf(await costOf({ account }, path))).toEqual(own)
    const all = await costOf({ account, privileges: ['monitorUser'] }, path)
    expect([all.status, all.detail]).toEqual([400, WORDS])
  })
})

describe('a deep startIndex', () => {
  test.each([
    ['all', ['monitorUser'] as const],
    ['what the role owns', [] as const],
  ])('of %s passes what it skips and no more', async (what, privileges) => {
    const account = `deep-${what.length}`
    const ids = await seedCollection(db, { account, owner: ROLE, count: 2000, prefix: 'u' })
    const caller = { account, privileges: [...privileges] }
    const cost = await costOf(caller, '/Users?startIndex=1001&count=10&excludedAttributes=groups')
    expect(idsOf(cost)).toEqual(ids.slice(1000, 1010))
    // 1,000 users of less than 0.9 KB, 11 more, the counts and the marks.
    expect(cost.readUnits).toBeLessThanOrEqual((1011 * 0.9) / 4 + 4)
  })
})

describe('names that begin as more than can be examined', () => {
  const account = 'names'
  const path = `/Users?filter=${encodeURIComponent('userName sw "bob"')}&attributes=id`

  beforeAll(async () => {
    const type = RESOURCE_TYPES.User
    const claims = Array.from({ length: MAX_SCANNED_RESOURCES + 1 }, (_, i) => {
      const folded = `bob${i}`
      return { ...nameKey(account, type, folded), id: `id-${i}`, owner: 'OTHER' }
    })
    const counter = { pk: countKey(account, type), sk: '000', all: claims.length, 'own#OTHER': claims.length }
    await batchWrite(
      db,
      [counter, ...claims].map((Item) => ({ PutRequest: { Item } })),
    )
  })

  test('are no matter to a role that owns one of them: it is found for what it owns', async () => {
    const own = await seedCollection(db, { account, owner: 'FEW', count: 1, prefix: 'bobby' })
    await seedCollection(db, { account, owner: 'FEW', count: 2, prefix: 'ann' })
    const cost = await costOf({ account, role: 'FEW' }, path)
    expect([cost.status, cost.body.totalResults, idsOf(cost)]).toEqual([200, 1, own])
    expect(cost.readUnits).toBeLessThanOrEqual(10)
  })

  test('nor to one that owns nothing', async () => {
    const cost = await costOf({ account, role: 'NONE' }, path)
    expect([cost.status, cost.body.totalResults]).toEqual([200, 0])
    expect(cost.readUnits).toBeLessThanOrEqual(6)
  })

  test.each([
    ['who owns them', { role: 'OTHER' }],
    ['who sees them all', { privileges: ['monitorUser' as const] }],
  ])('are refused to %s', async (_who, caller) => {
    const { status, body, detail } = await costOf({ account, ...caller }, path)
    expect([status, body.scimType, detail]).toEqual([400, 'tooMany', WORDS])
  })
})

describe('a page of many that are found by key', () => {
  const account = 'by-key'
  const owners = [
    ['owns them', []],
    ['sees all', ['monitorUser', 'monitorRole']],
  ] as const
  let users: string[]
  let groups: string[]

  beforeAll(async () => {
    const seed = { account, owner: ROLE, count: 400 }
    users = await seedCollection(db, { ...seed, prefix: 'ann' })
    groups = await seedCollection(db, { ...seed, prefix: 'Group ', type: RESOURCE_TYPES.Group })
    for (const group of groups.slice(0, 200)) await seedMembers(db, account, group, users.slice(0, 1))
  })

  test.each(owners)('by the beginning of a name loads the page alone: the caller %s', async (_who, privileges) => {
    const path = `/Users?filter=${encodeURIComponent('userName sw "ann"')}&startIndex=21&count=10&excludedAttributes=groups`
    const cost = await costOf({ account, privileges: [...privileges] }, path)
    expect([idsOf(cost), cost.body.totalResults]).toEqual([users.slice(20, 30), 400])
    // 400 names of 0.12 KB, 10 users, the marks.
    expect(cost.readUnits).toBeLessThanOrEqual(14 + 10 + 2)
  })

  test.each(owners)('by a member loads the page alone: the caller %s', async (_who, privileges) => {
    const path = `/Groups?filter=${encodeURIComponent(`members.value eq "${users[0]}"`)}&count=10&excludedAttributes=members`
    const cost = await costOf({ account, privileges: [...privileges] }, path)
    expect([idsOf(cost), cost.body.totalResults]).toEqual([groups.slice(0, 10), 200])
    // 200 memberships and at most 400 entries of the owner's index, 10 groups, the marks, pending work.
    expect(cost.readUnits).toBeLessThanOrEqual(6 + 8 + 10 + 2)
  })
})
