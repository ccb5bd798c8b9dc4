import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, test } from 'vitest'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { integrationCollectionKey, pendingKey } from '../../../shared/store/keys.ts'
import { getResource } from '../../../shared/store/resources.ts'
import { adminApi } from '../../factories/admin-api.ts'
import { ADMIN_ARN } from '../../factories/api-event.ts'
import { withTable } from '../../factories/engine.ts'
import { itemsOf } from '../../factories/items.ts'
import { scanAll, scanEvents } from '../../factories/scan.ts'
import { type Body, newGroup, newUser, patchOf, principal, scimApi } from '../../factories/scim-api.ts'
import { settle } from '../../factories/settle.ts'

const { User, Group } = RESOURCE_TYPES
const EXTENSION = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const NOW = new Date('2026-09-01T10:00:00.000Z')
const db = withTable()
const admin = adminApi(db, () => NOW)
const okta = scimApi(db, principal({ role: 'OKTA_PROVISIONER', clientKind: 'OKTA' }))
const AT = NOW.toISOString()

const set = (path: string, value: unknown) => patchOf({ op: 'replace', path, value })
const alter = (type: 'users' | 'roles', id: string, body: object, query: Record<string, string> = {}) =>
  admin('PATCH', `/admin/${type}/{id}`, { params: { id }, body, query })
const show = async (type: 'users' | 'roles', id: string) =>
  (await admin('GET', `/admin/${type}/{id}`, { params: { id } })).body
const stored = (id: string, type: typeof User | typeof Group = User) => getResource(db, 'default', type, id)
const openQueues = async () =>
  (await itemsOf(db, pendingKey('default'))).flatMap(({ sk }) => /^GROUP#(.*)/.exec(String(sk))?.[1] ?? [])
const refusal = (status: number, detail: string, scimType?: string) => ({
  status,
  body: {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType && { scimType }),
    detail,
  },
})

beforeAll(async () => {
  for (const [name, clientKind] of [
    ['OKTA', 'OKTA'],
    ['ENTRA', 'AZURE'],
  ])
    await admin('POST', '/admin/integrations', { body: { name, clientKind } })
})

describe('what administrators make', () => {
  test('belongs to ADMIN, has no marks, and may be changed and deleted by its name', async () => {
    const created = await admin('POST', '/admin/users', { body: newUser('Grace', { title: 'Rear Admiral' }) })
    expect(created).toMatchObject({ status: 201, body: { userName: 'Grace', title: 'Rear Admiral', owner: 'ADMIN' } })
    const altered = await alter('users', 'GRACE', set('title', 'Commodore'))
    expect(altered).toMatchObject({ status: 200, body: { id: created.body.id, title: 'Commodore', owner: 'ADMIN' } })
    expect(await show('users', 'grace')).not.toHaveProperty('directChanges')
    const events = (await scanEvents(db)).filter(({ resourceId }) => resourceId === created.body.id)
    expect(
      events.map(({ type, method, status, actorName, changes }) => [type, method, status, actorName, changes]),
    ).toEqual([
      ['ADMIN', 'POST', 201, ADMIN_ARN, expect.arrayContaining([{ attribute: 'title', after: 'Rear Admiral' }])],
      ['ADMIN', 'PATCH', 200, ADMIN_ARN, [{ attribute: 'title', before: 'Rear Admiral', after: 'Commodore' }]],
      ['ADMIN', 'GET', 200, ADMIN_ARN, undefined],
    ])
    expect(await admin('DELETE', '/admin/users/{id}', { params: { id: 'grace' } })).toMatchObject({ status: 204 })
    expect(await stored(created.body.id)).toBeUndefined()
  })

  test('has no name that another has, and hears whose it is', async () => {
    await okta('POST', '/Users', newUser('held'))
    expect(await admin('POST', '/admin/users', { body: newUser('HELD') })).toMatchObject(
      refusal(
        409,
        'The userName "HELD" is taken in this account by one that belongs to OKTA_PROVISIONER: choose another name, or change that one',
        'uniqueness',
      ),
    )
  })

  test('may be a role with members of any owner', async () => {
    const { id } = (await okta('POST', '/Users', newUser('member'))).body
    const made = await admin('POST', '/admin/roles', { body: newGroup('Made', { members: [{ value: id }] }) })
    expect(made).toMatchObject({ status: 201, body: { members: [{ value: id }], owner: 'ADMIN' } })
    expect((await okta('GET', `/Groups/${made.body.id}`)).status).toBe(404)
  })

  test.each(['ACCOUNTADMIN', 'okta_provisioner', 'Admin'])('has no reserved name: %s', async (name) => {
    expect(await admin('POST', '/admin/roles', { body: newGroup(name) })).toMatchObject(
      refusal(400, `Cannot use displayName "${name}": the name is reserved; choose another`, 'invalidValue'),
    )
  })

  test.each([
    ['at the top', newUser('secretive', { password: 'x' })],
    ['in any letter case', newUser('secretive', { PassWord: 'x' })],
  ])('has no password %s', async (_name, body) => {
    expect(await admin('POST', '/admin/users', { body })).toMatchObject(
      refusal(400, 'Cannot set a password: administrators set none; leave it out', 'invalidValue'),
    )
  })
})

describe("an administrator's change of what an identity provider owns", () => {
  test('is made, marked, shown to administrators only, and unmarked by the next write of its owner', async () => {
    const { id } = (await okta('POST', '/Users', newUser('ada', { title: 'Countess', nickName: 'A' }))).body
    const body = patchOf(
      { op: 'replace', path: 'title', value: 'Engineer' },
      { op: 'replace', path: `${EXTENSION}:defaultRole`, value: 'ANALYST' },
    )
    const altered = await alter('users', 'ada', body)
    expect(altered).toMatchObject({ status: 200, headers: { etag: expect.stringMatching(/^W\/"2/) } })
    const marks = { title: AT, [`${EXTENSION}:defaultRole`]: AT }
    expect(await show('users', 'ada')).toMatchObject({ owner: 'OKTA_PROVISIONER', directChanges: marks })
    const { body: list } = await admin('GET', '/admin/users', { query: { filter: 'userName eq "ada"' } })
    expect(list.Resources).toMatchObject([{ directChanges: marks }])
    const seen = await okta('GET', `/Users/${id}`)
    expect(seen.body).toMatchObject({ title: 'Engineer' })
    expect(JSON.stringify(seen)).not.toContain('direct')

    await okta('PATCH', `/Users/${id}`, set('nickName', 'Ada'))
    expect((await stored(id))?.direct).toEqual(marks)
    await okta('PATCH', `/Users/${id}`, set('title', 'Countess'))
    expect((await stored(id))?.direct).toEqual({ [`${EXTENSION}:defaultRole`]: AT })
    await okta('PUT', `/Users/${id}`, newUser('ada', { title: 'Countess' }))
    expect(await show('users', 'ada')).not.toHaveProperty('directChanges')
    expect((await stored(id))?.attributes).not.toHaveProperty(EXTENSION)
  })

  test('marks memberships as one, on the ways of small and of queued changes', async () => {
    const ids: string[] = []
    for (let n = 0; n < 50; n++) ids.push((await okta('POST', '/Users', newUser(`m${n}`))).body.id)
    const members = ids.slice(0, 48).map((value) => ({ value }))
    const { id } = (await okta('POST', '/Groups', newGroup('Queue', { members }))).body
    expect(await openQueues()).toEqual([id])
    const add = patchOf({ op: 'add', path: 'members', value: [{ value: ids[48] }] })
    expect(await alter('roles', 'queue', add)).toMatchObject({ status: 200, body: { owner: 'OKTA_PROVISIONER' } })
    await settle(db)
    const settled = await stored(id, Group)
    expect(settled).toMatchObject({ memberCount: 49, direct: { members: AT } })
    expect(settled).not.toHaveProperty('applying')
    await okta('PATCH', `/Groups/${id}`, set('displayName', 'Renamed'))
    expect((await stored(id, Group))?.direct).toEqual({ members: AT })
    await okta('PATCH', `/Groups/${id}`, patchOf({ op: 'add', path: 'members', value: [{ value: ids[49] }] }))
    const after = await stored(id, Group)
    expect([after?.memberCount, after?.direct]).toEqual([50, undefined])
  })

  test('made many at once is marked, whatever the version was', async () => {
    const ids: string[] = []
    for (let n = 0; n < 8; n++) ids.push((await okta('POST', '/Users', newUser(`p${n}`))).body.id)
    const { id } = (await okta('POST', '/Groups', newGroup('Parallel'))).body
    const answers = await Promise.all(
      ids.map((value) => alter('roles', id, patchOf({ op: 'add', path: 'members', value: [{ value }] }))),
    )
    expect(answers.filter(({ status }) => status !== 200 && status !== 204)).toEqual([])
    expect(await stored(id, Group)).toMatchObject({ memberCount: 8, direct: { members: AT } })
  })

  test('goes with an owner that is an identity provider, and is forgotten where administrators take over', async () => {
    const { id } = (await okta('POST', '/Users', newUser('moved'))).body
    await alter('users', id, set('title', 'X'))
    const transfer = (to: string) => admin('POST', '/admin/ownership', { body: { to, users: [id] } })
    await transfer('AAD_PROVISIONER')
    expect((await stored(id))?.direct).toEqual({ title: AT })
    await transfer('ADMIN')
    expect((await stored(id))?.direct).toBeUndefined()
  })

  test('is refused where an integration of its owner says so; the ownership may be transferred', async () => {
    const { id } = (await okta('POST', '/Users', newUser('locked'))).body
    const setLocalChanges = (value: string) =>
      db.client.send(
        new UpdateCommand({
          TableName: db.tableName,
          Key: { pk: integrationCollectionKey('default'), sk: 'OKTA' },
          UpdateExpression: 'SET localChanges = :value',
          ExpressionAttributeValues: { ':value': value },
        }),
      )
    await setLocalChanges('refuse')
    const expected = refusal(
      403,
      `Cannot change User "${id}": it belongs to role "OKTA_PROVISIONER", and the setting localChanges of integration "OKTA" is "refuse"; to take it over: rolecall ownership transfer --user locked --to ADMIN`,
    )
    expect(await alter('users', 'locked', set('title', 'X'))).toMatchObject(expected)
    expect(await admin('DELETE', '/admin/users/{id}', { params: { id } })).toMatchObject(expected)
    expect((await stored(id))?.version).toBe(1)
    expect((await okta('PATCH', `/Users/${id}`, set('title', 'Y'))).status).toBe(200)
    await admin('POST', '/admin/ownership', { body: { to: 'ADMIN', users: [id] } })
    expect((await alter('users', id, set('title', 'X'))).status).toBe(200)
    await setLocalChanges('allow')
  })
})

describe('a dry run', () => {
  const query = { dryRun: 'true' }

  test('answers what would change, and writes nothing but an event like that of a read', async () => {
    const { id } = (await okta('POST', '/Users', newUser('dry', { title: 'Old' }))).body
    const before = (await scanAll(db)).filter(({ pk }) => !String(pk).includes('#EVENT#'))
    const altered = await alter('users', 'dry', set('title', 'New'), query)
    expect(altered).toMatchObject({
      status: 200,
      body: { changes: [{ attribute: 'title', before: 'Old', after: 'New' }] },
    })
    const dropped = await admin('DELETE', '/admin/users/{id}', { params: { id }, query })
    expect(dropped.body.changes.map(({ attribute }: Body) => attribute)).toContain('userName')
    const created = await admin('POST', '/admin/roles', { body: newGroup('Dry', { members: [{ value: id }] }), query })
    expect(created).toMatchObject({
      status: 200,
      body: {
        changes: [
          { attribute: 'displayName', after: 'Dry' },
          { attribute: 'members.added', after: [id] },
        ],
      },
    })
    expect((await alter('users', 'dry', set('title', 'Old'), query)).body).toEqual({ changes: [] })
    expect((await scanAll(db)).filter(({ pk }) => !String(pk).includes('#EVENT#'))).toEqual(before)
    const told = (await scanEvents(db)).filter(({ query: asked }) => asked === 'dryRun=true')
    expect(told.map(({ type, method, status, changes, query }) => [type, method, status, changes, query])).toEqual(
      ['PATCH', 'DELETE', 'POST', 'PATCH'].map((method) => ['ADMIN', method, 200, undefined, 'dryRun=true']),
    )
  })

  test('is refused as the change would be', async () => {
    await okta('POST', '/Users', newUser('holder'))
    const taken = { body: newUser('HOLDER') }
    const real = await admin('POST', '/admin/users', taken)
    expect(real.status).toBe(409)
    expect(await admin('POST', '/admin/users', { ...taken, query })).toMatchObject({ status: 409, body: real.body })
    expect(await alter('users', 'nobody', set('title', 'X'), query)).toMatchObject({ status: 404 })
    expect(await alter('users', 'holder', set('title', 'X'), { dryRun: 'maybe' })).toMatchObject(
      refusal(400, 'Cannot read dryRun "maybe": expected true or false', 'invalidValue'),
    )
  })

  test('of a change that is queued leaves no intent', async () => {
    const ids: string[] = []
    for (let n = 0; n < 50; n++) ids.push((await okta('POST', '/Users', newUser(`d${n}`))).body.id)
    const { id } = (await okta('POST', '/Groups', newGroup('Dry queue'))).body
    const add = patchOf({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) })
    const { body } = await alter('roles', id, add, query)
    expect(body).toEqual({ changes: [{ attribute: 'members.added', after: ids }] })
    expect(await openQueues()).toEqual([])
    expect(await stored(id, Group)).toMatchObject({ memberCount: 0, version: 1 })
  })
})
