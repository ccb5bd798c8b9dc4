import { beforeAll, describe, expect, test } from 'vitest'
import { adminApi } from '../../factories/admin-api.ts'
import { seedCollection, seedMembers } from '../../factories/collection.ts'
import { withTable } from '../../factories/engine.ts'
import { newGroup, newUser, principal, scimApi } from '../../factories/scim-api.ts'
import { watchedDb } from '../../factories/watched-db.ts'

const db = withTable()
const OKTA = 'OKTA_PROVISIONER'

interface Found {
  names: string[]
  totalResults?: number
  next?: string
  looked?: { at: number; of?: number }
  near?: { id: string; name: string }[]
}

/** What a search finds, by name; `units` are read units. */
async function search(account: string, query: Record<string, string>, resource = '/admin/users') {
  const { db: watched, calls } = watchedDb(db)
  const answer = await adminApi(watched)('GET', resource, { query: { account, ...query } })
  const { Resources = [], ...rest } = answer.body
  const names = Resources.map((one: { userName?: string; displayName?: string }) => one.userName ?? one.displayName)
  const reads = calls.filter(({ command }) => /^(Get|Query|BatchGet)/.test(command))
  const units = reads.reduce((sum, one) => sum + one.units, 0)
  const found: Found = { names, ...rest }
  return { status: answer.status, found, detail: answer.body.detail, rows: Resources, units }
}
const find = async (account: string, query: Record<string, string>, resource?: string) =>
  (await search(account, query, resource)).found

/** All pages of a search, one after the other. */
async function walk(account: string, query: Record<string, string>, resource?: string): Promise<Found[]> {
  const pages: Found[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; cursor = pages.at(-1)?.next)
    pages.push(await find(account, { ...query, ...(cursor && { cursor }) }, resource))
  return pages
}

describe('a search', () => {
  const account = 'small'
  const okta = scimApi(db, principal({ account, role: OKTA, integration: 'OKTA' }))
  const other = scimApi(db, principal({ account }))
  let ids: Record<string, string>
  beforeAll(async () => {
    await adminApi(db)('POST', '/admin/integrations', {
      query: { account },
      body: { name: 'OKTA', clientKind: 'OKTA' },
    })
    const made = [
      await okta('POST', '/Users', newUser('Ada@x.org', { externalId: 'e-1' })),
      await okta('POST', '/Users', newUser('adam@x.org', { active: false })),
      await other('POST', '/Users', newUser('Grace', { emails: [{ value: 'ada.hopper@x.org' }], externalId: 'adx' })),
      await other('POST', '/Users', newUser('zoe', { active: false, emails: [{ value: 'zoe@x.org' }] })),
    ]
    ids = Object.fromEntries(made.map(({ body }) => [body.userName, body.id]))
    await okta(
      'POST',
      '/Groups',
      newGroup('Ops', { members: [{ value: ids['Ada@x.org'] }, { value: ids['adam@x.org'] }] }),
    )
    await okta('POST', '/Groups', newGroup('Empty', { externalId: 'g-1' }))
  })

  test.each<[string, Record<string, string>, Found]>([
    ['nothing asked: all, by name', { q: '' }, { names: ['Ada@x.org', 'adam@x.org', 'Grace', 'zoe'], totalResults: 4 }],
    ['the start of names, in any letter case', { q: ' aDa' }, { names: ['Ada@x.org', 'adam@x.org'], totalResults: 2 }],
    ['an address in full', { q: 'ADA.hopper@x.org' }, { names: ['Grace'], totalResults: 1 }],
    ['an externalId in full, in its own letter case', { q: 'e-1' }, { names: ['Ada@x.org'], totalResults: 1 }],
    ['no externalId in another letter case', { q: 'E-1' }, { names: [], totalResults: 0 }],
    ['disabled ones', { active: 'false' }, { names: ['adam@x.org', 'zoe'], totalResults: 2 }],
    ['active ones that begin so', { q: 'ada', active: 'true' }, { names: ['Ada@x.org'], totalResults: 1 }],
    ['those of one owner', { owner: 'okta_provisioner' }, { names: ['Ada@x.org', 'adam@x.org'], totalResults: 2 }],
    ['of an owner who has none', { owner: 'ADMIN' }, { names: [], totalResults: 0 }],
    ['those who have a role', { role: 'ops' }, { names: ['Ada@x.org', 'adam@x.org'], totalResults: 2 }],
    ['those who have a role nobody has', { role: 'Empty' }, { names: [], totalResults: 0 }],
    ['all of it', { q: 'a', role: 'Ops', owner: OKTA, active: 'false' }, { names: ['adam@x.org'], totalResults: 1 }],
    ['owner and role', { role: 'Ops', owner: OKTA, active: 'true' }, { names: ['Ada@x.org'], totalResults: 1 }],
    ['an owner and a role of others', { role: 'Ops', owner: 'ADMIN' }, { names: [], totalResults: 0 }],
  ])('finds %s', async (_what, query, expected) => {
    expect(await find(account, query)).toEqual(expected)
  })

  test('finds by id, and tells owner and number of roles; members and roles are left out', async () => {
    const { rows } = await search(account, { q: ids['Ada@x.org']?.toUpperCase() ?? '' })
    expect(rows).toEqual([expect.objectContaining({ id: ids['Ada@x.org'], owner: OKTA, rolesCount: 1 })])
    expect(rows[0]).not.toHaveProperty('groups')
    const roles = await search(account, { q: '' }, '/admin/roles')
    expect(
      roles.rows.map(({ displayName, memberCount }: Record<string, unknown>) => [displayName, memberCount]),
    ).toEqual([
      ['Empty', 0],
      ['Ops', 2],
    ])
    expect((await search(account, { q: 'Ops', attributes: 'members' }, '/admin/roles')).rows[0].members).toHaveLength(2)
    expect(await find(account, { q: 'g-1' }, '/admin/roles')).toEqual({ names: ['Empty'], totalResults: 1 })
  })

  test('without a hit it names those whose names begin most like it, of the owner asked for', async () => {
    const near = (...names: string[]) => names.map((name) => ({ id: ids[name], name }))
    const both = near('Ada@x.org', 'adam@x.org')
    expect(await find(account, { q: 'adb' })).toEqual({ names: [], totalResults: 0, near: both })
    expect(await find(account, { q: 'ADAZ', owner: OKTA })).toEqual({ names: [], totalResults: 0, near: both })
    expect(await find(account, { q: 'grx', owner: OKTA })).toEqual({ names: [], totalResults: 0 })
    expect((await find(account, { q: 'grx' })).near).toEqual(near('Grace'))
    expect((await find(account, { q: 'a'.repeat(1000) })).near).toEqual(both)
    expect(await find(account, { q: 'xyz' })).toEqual({ names: [], totalResults: 0 })
    expect(await find(account, { q: 'adb', active: 'true' })).toEqual({ names: [], totalResults: 0 })
    const roles = await find(account, { q: 'opx' }, '/admin/roles')
    expect(roles.near?.map(({ name }) => name)).toEqual(['Ops'])
  })

  test('who is found by something else than the name comes first, and once', async () => {
    const found = await walk(account, { q: 'adx', limit: '1' })
    expect(found).toEqual([{ names: ['Grace'], totalResults: 1 }])
    await other('POST', '/Users', newUser('adx2'))
    await other('POST', '/Users', newUser('adx1', { externalId: 'adx' }))
    expect((await walk(account, { q: 'adx', limit: '1' })).map(({ names }) => names)).toEqual([
      ['Grace', 'adx1'],
      ['adx2'],
    ])
  })

  test.each<[string, Record<string, string>, string, number]>([
    ['/admin/users', { limit: '0' }, 'Cannot read limit "0": expected a whole number from 1 to 1000', 400],
    ['/admin/users', { q: '', active: 'yes' }, 'Cannot read active "yes": expected true or false', 400],
    [
      '/admin/users',
      { q: 'a', cursor: 'c' },
      'Cannot read cursor "c": expected the value of "next" of an earlier answer',
      400,
    ],
    [
      '/admin/users',
      { q: 'a', filter: 'id pr' },
      'Cannot use filter together with q, active, owner, role, limit: ask for a list or search, one of them',
      400,
    ],
    ['/admin/roles', { active: 'true' }, 'Cannot use active for roles: it is asked of users', 400],
    ['/admin/users', { role: 'nothing' }, 'There is no role with id or name "nothing" in account "small"', 404],
    [
      '/admin/users',
      { owner: 'NOBODY' },
      'There is no role that may own objects "NOBODY" in account "small": there is OKTA_PROVISIONER, ADMIN for administrators',
      404,
    ],
    ['/admin/users', { q: 'x', account: 'nowhere' }, 'There is no account "nowhere": there is default, small', 404],
  ])('of %s refuses %j', async (resource, query, expected, status) => {
    const answer = await search(account, query, resource)
    expect([answer.status, answer.detail]).toEqual([status, expected])
  })
})

describe('a search among many', () => {
  const account = 'many'
  let [big, few]: string[] = []
  beforeAll(async () => {
    const okta = await seedCollection(db, { account, owner: OKTA, count: 30, prefix: 'm', bytes: 10 })
    const rest = await seedCollection(db, { account, owner: 'HR', count: 6200, prefix: 'u', bytes: 10 })
    const api = scimApi(db, principal({ account }))
    big = (await api('POST', '/Groups', newGroup('Big'))).body.id
    few = (await api('POST', '/Groups', newGroup('Few'))).body.id
    await seedMembers(
      db,
      account,
      big ?? '',
      rest.filter((_, i) => i % 5 === 0),
    )
    await seedMembers(db, account, few ?? '', [...okta.slice(0, 3), ...rest.slice(0, 2)])
  }, 120_000)

  test('shows each once, in the order of names, at some 100 read units for a page of 100', async () => {
    const pages = await walk(account, { q: 'u', limit: '1000' })
    const names = pages.flatMap((page) => page.names)
    expect(names).toEqual(Array.from({ length: 6200 }, (_, n) => `u${n}`).sort())
    const { found, units } = await search(account, { q: 'u1', limit: '100' })
    expect([found.names.length, found.totalResults]).toEqual([100, undefined])
    expect(units).toBeLessThanOrEqual(130)
    expect((await find(account, { limit: '10' })).totalResults).toBe(6230)
  })

  test('an owner of few is found by the index, with the total, at a unit each', async () => {
    const { found, units } = await search(account, { owner: OKTA, limit: '20' })
    expect([found.names.length, found.totalResults, found.looked]).toEqual([20, 30, undefined])
    expect(units).toBeLessThanOrEqual(60)
    expect((await walk(account, { owner: OKTA, limit: '20' })).map(({ names }) => names.length)).toEqual([20, 10])
  })

  test('an owner of few with a beginning is looked for among 5,000 names an answer, which says how far it came', async () => {
    const { found, units } = await search(account, { owner: OKTA, q: 'u' })
    expect([found.names, found.looked, units < 200]).toEqual([[], { at: 5000 }, true])
    const pages = await walk(account, { owner: OKTA, q: 'u' })
    expect(pages.map(({ names, looked, next }) => [names.length, looked?.at, next !== undefined])).toEqual([
      [0, 5000, true],
      [0, undefined, false],
    ])
  })

  test('a filter without an index looks at 1,000 objects an answer, and goes on', async () => {
    const { found, units } = await search(account, { active: 'false' })
    expect(found).toEqual({ names: [], next: expect.any(String), looked: { at: 1000, of: 6230 } })
    expect(units).toBeLessThanOrEqual(1040)
    const pages = await walk(account, { active: 'false' })
    expect(pages.map(({ looked }) => looked?.at)).toEqual([1000, 2000, 3000, 4000, 5000, 6000, undefined])
  })

  test('the members of a small role are all known, those of a large one are found in the order of names', async () => {
    expect(await find(account, { role: few ?? '' })).toEqual({ names: ['m0', 'm1', 'm2', 'u0', 'u1'], totalResults: 5 })
    const pages = await walk(account, { role: big ?? '', limit: '150' })
    const expected = Array.from({ length: 6200 }, (_, n) => n)
      .filter((n) => n % 5 === 0)
      .map((n) => `u${n}`)
      .sort()
    expect(pages.flatMap(({ names }) => names)).toEqual(expected)
    expect(pages[0]?.totalResults).toBe(1240)
  })

  test('pages of more than 100 users tell no number of roles', async () => {
    const { rows } = await search(account, { q: 'u', limit: '101' })
    expect(rows[0]).not.toHaveProperty('rolesCount')
    expect((await search(account, { q: 'u0', limit: '100' })).rows[0].rolesCount).toBe(2)
  })
})

test('what stands in a name range and is nobody, the claim of a provisioner role, is passed over', async () => {
  const account = 'claims'
  await adminApi(db)('POST', '/admin/integrations', { query: { account }, body: { name: 'OKTA', clientKind: 'OKTA' } })
  await scimApi(db, principal({ account }))('POST', '/Groups', newGroup('okta people'))
  expect(await find(account, { q: 'okta' }, '/admin/roles')).toEqual({ names: ['okta people'], totalResults: 1 })
})
