import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { listOwnerCounts } from '../../../shared/store/counters.ts'
import { nameCollectionKey, ownedKey, pendingKey, resourceKey } from '../../../shared/store/keys.ts'
import { listOwnedIds } from '../../../shared/store/owned.ts'
import { getResource } from '../../../shared/store/resources.ts'
import { adminApi } from '../../factories/admin-api.ts'
import { ADMIN_ARN } from '../../factories/api-event.ts'
import { seedCollection } from '../../factories/collection.ts'
import { withTable } from '../../factories/engine.ts'
import { itemsOf } from '../../factories/items.ts'
import { scanAll, scanEvents } from '../../factories/scan.ts'
import { type Body, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'

const { User, Group } = RESOURCE_TYPES
const LATER = Date.parse('2026-06-01T08:00:00Z')
/** Where the index still has what FIRST_ROLE no longer owns. */
const OLD_INDEX = (account: string) => ownedKey(account, 'FIRST_ROLE', User)
const db = withTable()
const admin = adminApi(db)

/** An account of its own with two roles, each with a client. */
async function newAccount(account: string) {
  const query = { account }
  for (const [name, role] of [
    ['FIRST', 'FIRST_ROLE'],
    ['SECOND', 'SECOND_ROLE'],
  ])
    await admin('POST', '/admin/integrations', { query, body: { name, clientKind: 'GENERIC', role } })
  const clientOf = (role: string, more: object = {}) => scimApi(db, principal({ account, role, ...more }))
  const transfer = (body: object) => admin('POST', '/admin/ownership', { query, body })
  const show = (asked: Record<string, string> = {}) =>
    admin('GET', '/admin/ownership', { query: { ...query, ...asked } })
  const stored = (id: string, type: typeof User | typeof Group = User) => getResource(db, account, type, id)
  const events = async () => (await scanEvents(db, account)).filter(({ endpoint }) => endpoint === 'admin/ownership')
  /** Until the last step, as the command line does. */
  const transferAll = async (body: object) => {
    const rows: Body[] = []
    let next: string | undefined
    do {
      const answer = await transfer({ ...body, next })
      expect(answer.status).toBe(200)
      rows.push(...answer.body.rows)
      next = answer.body.next
    } while (next !== undefined)
    return rows
  }
  return {
    ...{ account, query, transfer, transferAll, show, stored, events, clientOf },
    ...{ first: clientOf('FIRST_ROLE'), second: clientOf('SECOND_ROLE') },
  }
}
type Account = Awaited<ReturnType<typeof newAccount>>

/** Owners by hand, held against counters, claims and the index of owners. */
async function expectConsistent({ account }: Account) {
  for (const type of [User, Group]) {
    const all = (await scanAll(db)).filter(({ pk }) => pk === resourceKey(account, type, 'x').pk)
    const owners = all.map(({ owner }) => String(owner))
    const counted = Object.fromEntries(await listOwnerCounts(db, account, type))
    const byHand = Object.fromEntries(owners.map((owner) => [owner, owners.filter((one) => one === owner).length]))
    expect(counted).toEqual(byHand)
    const claims = (await itemsOf(db, nameCollectionKey(account, type))).filter(({ id }) => id !== undefined)
    expect(new Map(claims.map(({ id, owner }) => [id, owner]))).toEqual(
      new Map(all.map(({ sk, owner }) => [sk, owner])),
    )
    for (const owner of ['FIRST_ROLE', 'SECOND_ROLE', 'ADMIN']) {
      const ids = await listOwnedIds(db, account, type, owner, { limit: 1000 })
      expect(ids).toEqual(all.filter((item) => item.owner === owner).map(({ sk }) => sk))
    }
  }
}

describe('POST /admin/ownership', () => {
  let acme: Account
  beforeAll(async () => {
    acme = await newAccount('acme')
  })

  test('hands over users and roles by id and by name, in one transaction and one event each', async () => {
    const ada = (await acme.first('POST', '/Users', newUser('Ada'))).body
    const ops = (await acme.first('POST', '/Groups', newGroup('Ops', { members: [{ value: ada.id }] }))).body
    const answer = await acme.transfer({ to: 'second_role', users: ['ADA'], roles: [ops.id, 'nobody'] })
    const what = 'owner FIRST_ROLE → SECOND_ROLE'
    expect(answer).toMatchObject({
      status: 200,
      body: {
        rows: [
          { type: 'USER', id: ada.id, name: 'Ada', outcome: 'done', what },
          { type: 'ROLE', id: ops.id, name: 'Ops', outcome: 'done', what },
          {
            ...{ type: 'ROLE', id: '', name: 'nobody', outcome: 'refused' },
            reason: 'There is no role with id or name "nobody" in account "acme"',
          },
        ],
        total: 3,
      },
    })
    const changes = [{ attribute: 'owner', before: 'FIRST_ROLE', after: 'SECOND_ROLE' }]
    const told = (await acme.events()).map(({ type, method, status, actorName, resourceId, changes, query }) => [
      ...[type, method, status, actorName, resourceId, changes, query],
    ])
    expect(told).toHaveLength(3)
    expect(told).toEqual(
      expect.arrayContaining([
        [
          'ADMIN',
          'POST',
          200,
          ADMIN_ARN,
          undefined,
          undefined,
          `account=acme&to=SECOND_ROLE&users=ADA&roles=${ops.id},nobody`,
        ],
        ['ADMIN', 'POST', 200, ADMIN_ARN, ada.id, changes, 'account=acme'],
        ['ADMIN', 'POST', 200, ADMIN_ARN, ops.id, changes, 'account=acme'],
      ]),
    )
    expect(await acme.stored(ada.id)).toMatchObject({ owner: 'SECOND_ROLE', version: 2 })
    expect((await acme.second('GET', `/Groups/${ops.id}`)).body.members).toMatchObject([{ value: ada.id }])
    await expectConsistent(acme)
  })

  test('moves an object from the lists of the old owner to those of the new one', async () => {
    const lists = await newAccount('lists')
    const names = ['one', 'two', 'three']
    for (const name of names) await lists.first('POST', '/Users', newUser(name))
    await lists.second('POST', '/Users', newUser('own'))
    await lists.transfer({ to: 'SECOND_ROLE', users: ['two'] })
    const listOf = async (call: Account['first']) => {
      const { body } = await call('GET', '/Users')
      return [body.totalResults, body.Resources.map(({ userName }: Body) => userName)]
    }
    expect(await listOf(lists.first)).toEqual([2, ['one', 'three']])
    expect(await listOf(lists.second)).toEqual([2, ['two', 'own']])
    const filter = encodeURIComponent('userName sw "t"')
    expect((await lists.second('GET', `/Users?filter=${filter}`)).body.Resources).toMatchObject([{ userName: 'two' }])
    expect((await lists.first('GET', `/Users?filter=${filter}`)).body.Resources).toMatchObject([{ userName: 'three' }])
  })

  test('is seen by the new owner before the index tells of it, in its place on every page, and by the next transfer', async () => {
    const { account, second, transferAll } = await newAccount('lagging')
    const seed = { account, owner: 'FIRST_ROLE', bytes: 10 }
    const ids = await seedCollection(db, { ...seed, prefix: 'f', count: 40 })
    const own = await seedCollection(db, { ...seed, owner: 'SECOND_ROLE', prefix: 's', count: 5, from: LATER })
    const moved = [3, 7, 8, 20].map((n) => ids[n] as string)
    await transferAll({ to: 'SECOND_ROLE', users: moved })
    for (const id of moved.slice(0, 3)) {
      const Key = resourceKey(account, User, id)
      const update = {
        UpdateExpression: 'SET gsi1pk = :old',
        ExpressionAttributeValues: { ':old': OLD_INDEX(account) },
      }
      await db.client.send(new UpdateCommand({ TableName: db.tableName, Key, ...update }))
    }
    const idsOf = ({ body }: { body: Body }) => body.Resources.map(({ id }: Body) => id)
    const expected = [...moved, ...own]
    const whole = await second('GET', '/Users')
    expect([whole.body.totalResults, idsOf(whole)]).toEqual([9, expected])
    const pages = []
    for (const startIndex of [1, 3, 5, 7, 9])
      pages.push(...idsOf(await second('GET', `/Users?startIndex=${startIndex}&count=2`)))
    expect(pages).toEqual(expected)
    const rows = await transferAll({ to: 'ADMIN', ownedBy: 'SECOND_ROLE' })
    expect(rows.map(({ id, outcome }) => [id, outcome])).toEqual(expected.map((id) => [id, 'done']))
  })

  test('lets the new owner change it and refuses the old one', async () => {
    const { first, second, transfer, clientOf } = await newAccount('changes')
    const { id } = (await first('POST', '/Users', newUser('ada'))).body
    await transfer({ to: 'SECOND_ROLE', users: [id] })
    const patch = patchOf({ op: 'replace', path: 'title', value: 'CTO' })
    expect((await first('PATCH', `/Users/${id}`, patch)).status).toBe(404)
    const monitor = clientOf('FIRST_ROLE', { privileges: ['monitorUser'] })
    expect((await monitor('PATCH', `/Users/${id}`, patch)).status).toBe(403)
    expect((await second('PATCH', `/Users/${id}`, patch)).body.title).toBe('CTO')
  })

  test('may be repeated, and says what is so already', async () => {
    const { first, transfer, events } = await newAccount('again')
    const { id } = (await first('POST', '/Users', newUser('ada'))).body
    await transfer({ to: 'ADMIN', users: [id] })
    const { body } = await transfer({ to: 'ADMIN', users: [id] })
    expect(body.rows).toEqual([{ type: 'USER', id, name: 'ada', outcome: 'unchanged', what: 'owner ADMIN' }])
    expect((await events()).filter(({ changes }) => changes)).toHaveLength(1)
  })

  test('as a dry run says the same and changes nothing', async () => {
    const { first, transfer, stored, events } = await newAccount('dry')
    const { id } = (await first('POST', '/Users', newUser('ada'))).body
    const before = await stored(id)
    const { body } = await transfer({ to: 'ADMIN', users: ['ada', 'bob'], dryRun: true })
    expect(body.rows).toMatchObject([{ outcome: 'done', what: 'owner FIRST_ROLE → ADMIN' }, { outcome: 'refused' }])
    const all = await transfer({ to: 'ADMIN', ownedBy: 'FIRST_ROLE', dryRun: true })
    expect(all.body).toMatchObject({ rows: [{ id, outcome: 'done' }], total: 1 })
    expect(await stored(id)).toEqual(before)
    expect((await events()).map(({ changes, query }) => [changes, query])).toEqual([
      [undefined, 'account=dry&dryRun=true&to=ADMIN&users=ada,bob'],
      [undefined, 'account=dry&dryRun=true&to=ADMIN&ownedBy=FIRST_ROLE'],
    ])
  })

  test('walks all that a role owns, what is made meanwhile too', async () => {
    const walk = await newAccount('walk')
    const { first, transfer, transferAll } = walk
    for (let n = 0; n < 130; n += 10)
      await Promise.all(Array.from({ length: 10 }, (_, i) => first('POST', '/Users', newUser(`u${n + i}`))))
    await first('POST', '/Groups', newGroup('G'))
    const step = await transfer({ to: 'SECOND_ROLE', ownedBy: 'first_role' })
    expect([step.body.rows.length, step.body.total]).toEqual([100, 131])
    await first('POST', '/Users', newUser('late'))
    const further = await transfer({ to: 'SECOND_ROLE', ownedBy: 'FIRST_ROLE', next: step.body.next })
    expect([further.body.rows.length, further.body.total]).toEqual([31, 132])
    expect(await transferAll({ to: 'SECOND_ROLE', ownedBy: 'FIRST_ROLE' })).toMatchObject([{ type: 'ROLE', name: 'G' }])
    expect(await transferAll({ to: 'SECOND_ROLE', ownedBy: 'FIRST_ROLE' })).toEqual([])
    await expectConsistent(walk)
  })

  test('takes only the types that are named', async () => {
    const { first, transferAll } = await newAccount('types')
    await first('POST', '/Users', newUser('ada'))
    await first('POST', '/Groups', newGroup('Ops'))
    const rows = await transferAll({ to: 'ADMIN', ownedBy: 'FIRST_ROLE', types: ['ROLE'] })
    expect(rows).toMatchObject([{ type: 'ROLE', name: 'Ops', outcome: 'done' }])
  })

  test('leaves the queue of a group as it is, so that no member is lost', async () => {
    const { account, first, second, transfer, stored } = await newAccount('queued')
    const users = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => (await first('POST', '/Users', newUser(`q${n}`))).body.id as string),
    )
    const { id } = (await first('POST', '/Groups', newGroup('Big'))).body
    const members = users.map((value) => ({ value }))
    await first('PATCH', `/Groups/${id}`, patchOf({ op: 'add', path: 'members', value: members }))
    const open = await itemsOf(db, pendingKey(account))
    expect(open).toHaveLength(1)
    await transfer({ to: 'SECOND_ROLE', roles: ['Big'] })
    expect(await itemsOf(db, pendingKey(account))).toEqual(open)
    const monitor = scimApi(db, principal({ account, role: 'SECOND_ROLE', privileges: ['monitorUser'] }))
    const remove = patchOf({ op: 'remove', path: `members[value eq "${users[0]}"]` })
    expect((await monitor('PATCH', `/Groups/${id}`, remove)).status).toBe(200)
    await settle(db)
    expect(await stored(id, Group)).toMatchObject({ owner: 'SECOND_ROLE', memberCount: 59, version: 4 })
    expect((await second('GET', `/Groups/${id}`)).body.members).toHaveLength(59)
  })

  test('never loses a change that was acknowledged, nor lets one in of the old owner afterwards', async () => {
    const race = await newAccount('race')
    const { first, second, transfer, stored } = race
    const { id } = (await first('POST', '/Users', newUser('ada'))).body
    const owners = ['SECOND_ROLE', 'FIRST_ROLE', 'SECOND_ROLE', 'FIRST_ROLE', 'SECOND_ROLE']
    const acknowledged: string[] = []
    const writes = Array.from({ length: 24 }, async (_, n) => {
      const call = n % 2 === 0 ? first : second
      const patch = patchOf({ op: 'add', path: 'emails', value: [{ value: `n${n}@example.com` }] })
      const { status } = await call('PATCH', `/Users/${id}`, patch)
      expect([200, 404, 429]).toContain(status)
      if (status === 200) acknowledged.push(`n${n}@example.com`)
    })
    const rename = first('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'userName', value: 'lovelace' }))
    const gone = (await first('POST', '/Users', newUser('gone'))).body.id
    const drop = Promise.all([
      transfer({ to: 'SECOND_ROLE', users: [gone] }),
      ...[first, second, first, second].map((call) => call('DELETE', `/Users/${gone}`)),
    ])
    const creates = Array.from({ length: 8 }, (_, n) => first('POST', '/Users', newUser(`other${n}`)))
    const transfers = (async () => {
      for (const to of owners) expect((await transfer({ to, users: [id] })).body.rows[0].outcome).not.toBe('refused')
    })()
    await Promise.all([...writes, rename, drop, ...creates, transfers])
    const after = await stored(id)
    expect(after?.owner).toBe('SECOND_ROLE')
    const emails = (after?.attributes.emails ?? []) as { value: string }[]
    expect(emails.map(({ value }) => value).sort()).toEqual(acknowledged.sort())
    await expectConsistent(race)
  })

  test.each<[string, object, number, string]>([
    [
      'a role that there is not',
      { to: 'NOBODY', users: ['x'] },
      404,
      'There is no role that may own objects "NOBODY" in account "acme": there is FIRST_ROLE, SECOND_ROLE, ADMIN for administrators',
    ],
    [
      'an owner that there never was',
      { to: 'ADMIN', ownedBy: 'NOBODY' },
      404,
      'There is no role that may own objects "NOBODY" in account "acme": there is FIRST_ROLE, SECOND_ROLE, ADMIN for administrators',
    ],
    [
      'nothing to transfer',
      { to: 'ADMIN' },
      400,
      'Cannot read the input: say what is transferred: users and roles, or ownedBy, which takes all that a role owns',
    ],
    [
      'names and a whole role',
      { to: 'ADMIN', users: ['x'], ownedBy: 'FIRST_ROLE' },
      400,
      'Cannot read the input: say what is transferred: users and roles, or ownedBy, which takes all that a role owns',
    ],
    [
      'more than it takes at once',
      { to: 'ADMIN', users: Array.from({ length: 101 }, (_, n) => `u${n}`) },
      400,
      'Cannot read the input: name at most 100 users and roles in one request',
    ],
    [
      'a role to itself',
      { to: 'ADMIN', ownedBy: 'admin' },
      400,
      'Cannot read the input: ownedBy and to are the same role',
    ],
    ['an unknown member', { to: 'ADMIN', all: true }, 400, 'Cannot read the input: there is no setting "all"'],
    [
      'a place of somewhere else',
      { to: 'ADMIN', ownedBy: 'FIRST_ROLE', next: 'x' },
      400,
      'Cannot read next "x": expected the value of "next" of an earlier answer',
    ],
  ])('refuses %s', async (_name, body, status, detail) => {
    const answer = await acme.transfer(body)
    expect([answer.status, answer.body.detail]).toEqual([status, detail])
  })
})

describe('GET /admin/ownership', () => {
  test('shows what each role owns, and who owns one object', async () => {
    const { first, transfer, show } = await newAccount('shown')
    const { id } = (await first('POST', '/Users', newUser('Ada'))).body
    await first('POST', '/Groups', newGroup('Ops'))
    await transfer({ to: 'ADMIN', users: [id] })
    expect((await show()).body).toEqual({
      owners: [
        { role: 'ADMIN', users: 1, roles: 0 },
        { role: 'FIRST_ROLE', users: 0, roles: 1 },
        { role: 'SECOND_ROLE', users: 0, roles: 0 },
      ],
    })
    expect((await show({ user: 'ADA' })).body).toEqual({ type: 'USER', id, name: 'Ada', owner: 'ADMIN' })
    expect((await show({ role: 'ops' })).body).toMatchObject({ type: 'ROLE', name: 'Ops', owner: 'FIRST_ROLE' })
    expect((await show({ role: 'nobody' })).status).toBe(404)
    expect((await show({ role: 'ops', user: 'ada' })).body.detail).toBe(
      'Cannot show the owner of a user and of a role at once: name one of them',
    )
    expect((await show({ account: 'nowhere' })).status).toBe(404)
  })
})
