import { beforeAll, describe, expect, test } from 'vitest'
import { requireResource } from '../../../shared/resources/find-resource.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { listMembersBehind } from '../../../shared/store/groups/members.ts'
import { adminApi } from '../../factories/admin-api.ts'
import { seedCollection, seedMembers } from '../../factories/collection.ts'
import { withTable } from '../../factories/engine.ts'
import { newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'
import { watchedDb } from '../../factories/watched-db.ts'

const db = withTable()
const START = Date.parse('2026-08-31T10:00:00.000Z')
const at = (minutes: number) => new Date(START + minutes * 60_000)
const timed = { ...db, clock: () => START + 3_600_000 }

const ask = (account: string, resource: string, id: string, query: Record<string, string> = {}) =>
  adminApi(timed)('GET', resource, { params: { id }, query: { account, ...query } })
const rolesOf = (account: string, id: string, query?: Record<string, string>) =>
  ask(account, '/admin/users/{id}/roles', id, query)
const membersOf = (account: string, id: string, query?: Record<string, string>) =>
  ask(account, '/admin/roles/{id}/members', id, query)

/** All pages, one after the other. */
async function walk(page: (query: Record<string, string>) => ReturnType<typeof ask>, limit: number) {
  const pages: { id: string; name: string }[][] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { body } = await page({ limit: String(limit), ...(cursor && { cursor }) })
    pages.push(body.Resources)
    cursor = body.next
  }
  return pages
}

describe('memberships of few', () => {
  const account = 'default'
  const call = (minutes: number) => scimApi(timed, principal({ account }), { now: () => at(minutes) })
  const ids: Record<string, string> = {}
  beforeAll(async () => {
    for (const name of ['ada', 'bob', 'Ann']) {
      ids[name] = (await call(0)('POST', '/Users', newUser(name))).body.id
    }
    const members = [{ value: ids.ada }, { value: ids.bob }]
    ids.Ops = (await call(1)('POST', '/Groups', newGroup('Ops', { members }))).body.id
    ids.Dev = (await call(2)('POST', '/Groups', newGroup('Dev', { members: [{ value: ids.ada }] }))).body.id
    const leave = patchOf({ op: 'remove', path: `members[value eq "${ids.ada}"]` })
    const join = (name: string) => patchOf({ op: 'add', path: 'members', value: [{ value: ids[name] }] })
    await call(3)('PATCH', `/Groups/${ids.Ops}`, leave)
    await call(4)('PATCH', `/Groups/${ids.Ops}`, join('ada'))
    await call(5)('PATCH', `/Groups/${ids.Ops}`, join('Ann'))
  })

  test('tell the roles of a user, and since when', async () => {
    const answer = await rolesOf(account, 'ADA')
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        Resources: [
          { id: ids.Ops, name: 'Ops', since: at(4).toISOString() },
          { id: ids.Dev, name: 'Dev', since: at(2).toISOString() },
        ],
      },
    ])
    const pages = await walk((query) => rolesOf(account, 'ada', query), 1)
    expect(pages.map((page) => page.map(({ name }) => name))).toEqual([['Ops'], ['Dev'], []])
  })

  test('tell the members of a role, and since when; of those whose names begin so by name', async () => {
    const since = (name: string, minutes: number) => ({ id: ids[name], name, since: at(minutes).toISOString() })
    const all = await membersOf(account, 'ops')
    expect([all.status, all.body]).toEqual([
      200,
      { Resources: [since('ada', 4), since('bob', 1), since('Ann', 5)], totalResults: 3 },
    ])
    const some = await membersOf(account, 'ops', { q: 'A' })
    expect(some.body).toEqual({ Resources: [since('ada', 4), since('Ann', 5)], totalResults: 2 })
    expect((await membersOf(account, 'Dev', { q: 'b' })).body).toEqual({ Resources: [], totalResults: 0 })
  })

  test('do not know since when where the grant is older than what is kept', async () => {
    const later = { ...timed, clock: () => START + 200 * 86_400_000 }
    const answer = await adminApi(later)('GET', '/admin/roles/{id}/members', {
      params: { id: 'Dev' },
      query: { account },
    })
    expect(answer.body.Resources).toEqual([{ id: ids.ada, name: 'ada' }])
  })

  test.each<[string, string, Record<string, string>, number, string]>([
    ['/admin/users/{id}/roles', 'nobody', {}, 404, 'There is no user with id or name "nobody" in account "default"'],
    ['/admin/roles/{id}/members', 'none', {}, 404, 'There is no role with id or name "none" in account "default"'],
    [
      '/admin/users/{id}/roles',
      'ada',
      { cursor: 'x' },
      400,
      'Cannot read cursor "x": expected the value of "next" of an earlier answer',
    ],
    [
      '/admin/roles/{id}/members',
      'Ops',
      { limit: '1001' },
      400,
      'Cannot read limit "1001": expected a whole number from 1 to 1000',
    ],
  ])('%s refuses %s %j', async (resource, id, query, status, detail) => {
    const answer = await ask(account, resource, id, query)
    expect([answer.status, answer.body.detail]).toEqual([status, detail])
  })
})

describe('memberships of many', () => {
  const account = 'crowd'
  let users: string[]
  let roleId: string
  beforeAll(async () => {
    users = await seedCollection(db, { account, owner: 'HR', count: 700, prefix: 'u', bytes: 10 })
    roleId = (await scimApi(db, principal({ account }))('POST', '/Groups', newGroup('All'))).body.id
    await seedMembers(db, account, roleId, users.slice(0, 600))
  })

  test('come by pages, each member once, at 20 to a unit, a half for each user and a half for each grant', async () => {
    const pages = await walk((query) => membersOf(account, roleId, query), 250)
    expect(pages.map((page) => page.length)).toEqual([250, 250, 100])
    expect(pages.flatMap((page) => page.map(({ id }) => id))).toEqual(users.slice(0, 600))
    const { db: watched, calls } = watchedDb(db)
    await adminApi(watched)('GET', '/admin/roles/{id}/members', { params: { id: roleId }, query: { account } })
    const reads = calls.filter(({ command }) => /^(Get|Query|BatchGet)/.test(command))
    expect(reads.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(110)
  })

  test('of a change that is not applied yet: who comes stands on the page of its id, who leaves on none', async () => {
    const api = scimApi(db, principal({ account, privileges: ['monitorUser', 'monitorRole'] }))
    const members = users.slice(100).map((value) => ({ value }))
    const replaced = await api(
      'PATCH',
      `/Groups/${roleId}`,
      patchOf({ op: 'replace', path: 'members', value: members }),
    )
    expect(replaced.status).toBeLessThan(300)
    const role = await requireResource({ db, account }, RESOURCE_TYPES.Group, roleId)
    expect(role.applying).toBeDefined()
    const whole: string[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = await listMembersBehind(db, account, role, { after, limit: 130 })
      whole.push(...page.members.map(({ userId }) => userId))
      after = page.reached
    }
    expect(whole).toEqual(users.slice(100))
    await settle(db)
    const pages = await walk((query) => membersOf(account, roleId, query), 250)
    expect(pages.flatMap((page) => page.map(({ id }) => id))).toEqual(users.slice(100))
  })
})
