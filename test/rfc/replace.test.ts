import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { adminContext } from '../factories/admin.ts'
import { scanAll } from '../factories/scan.ts'
import { GROUP_SCHEMA, newGroup, newUser, USER_SCHEMA } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { givenGroup, givenUser, memberIds, readAgain, refusalOf, unique } from './objects.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'

const system = withSystem()
const { request } = client(system)

const put = (path: string, { id }: Body, body: unknown) => request('PUT', `${path}/${id}`, body)

describe('PUT /Users/{id} (RFC 7644 §3.5.1)', () => {
  test('PUT-1 answers 200 with the whole user: id and created kept, lastModified and version moved', async () => {
    const user = await givenUser(request, { title: 'Clerk' })
    const later = Date.parse(user.meta.lastModified) + 1
    vi.setSystemTime(later)
    onTestFinished(() => void vi.useRealTimers())
    const answer = await put('/Users', user, newUser(user.userName, { title: 'Head', nickName: 'Al' }))
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 200,
      body: {
        schemas: [USER_SCHEMA, SNOWFLAKE],
        id: user.id,
        userName: user.userName,
        nickName: 'Al',
        title: 'Head',
        active: true,
        groups: [],
        [SNOWFLAKE]: { type: 'person' },
        meta: { ...user.meta, lastModified: new Date(later).toISOString(), version: 'W/"2"' },
      },
    })
    expect(answer.headers).toMatchObject({ etag: 'W/"2"', location: user.meta.location })
    expect(await readAgain(request, user)).toEqual(answer.body)
  })

  test('PUT-1 an unknown id is 404 and creates nothing', async () => {
    const id = '01999999-9999-7999-8999-999999999999'
    const userName = unique('nobody')
    expect(refusalOf(await request('PUT', `/Users/${id}`, newUser(userName)))).toEqual([
      404,
      undefined,
      `There is no User with id "${id}"`,
    ])
    const found = await request('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`)
    expect(found.body.totalResults).toBe(0)
  })

  test('PUT-2 readOnly attributes, and another id, are ignored', async () => {
    const user = await givenUser(request)
    const answer = await put('/Users', user, {
      ...newUser(user.userName),
      id: 'another',
      meta: { resourceType: 'Group', created: '2001-01-01T00:00:00Z', location: 'https://else.example/1' },
      groups: [{ value: 'g1', display: 'Admins' }],
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual(user)
  })

  test('PUT-3 null, [] and leaving out clear, extensions with them; type falls back to person (SNO-1)', async () => {
    const user = await givenUser(request, {
      title: 'Clerk',
      nickName: 'Al',
      emails: [{ value: 'al@example.com' }],
      name: { givenName: 'Al', familyName: 'Bo' },
      active: true,
      [ENTERPRISE]: { department: 'IT' },
      [SNOWFLAKE]: { type: 'service', defaultRole: 'R' },
    })
    const answer = await put('/Users', user, newUser(user.userName, { title: null, emails: [], name: {} }))
    const { userName, id, groups } = user
    expect(answer.body).toEqual({
      schemas: [USER_SCHEMA, SNOWFLAKE],
      id,
      userName,
      active: true,
      groups,
      [SNOWFLAKE]: { type: 'person' },
      meta: { ...user.meta, lastModified: answer.body.meta.lastModified, version: 'W/"2"' },
    })
  })

  test('PUT-3 a password that is not sent stays', async () => {
    const integration = 'WITH_PASSWORDS'
    await createIntegration(adminContext(system.db), { name: integration, clientKind: 'GENERIC', syncPassword: true })
    const { token } = await issueToken(adminContext(system.db), { integration })
    const headers = { authorization: `Bearer ${token}` }
    const named = newUser(unique('secretive'))
    const user = (await request('POST', '/Users', { ...named, password: 'Opensesame-1' }, headers)).body
    const hashes = async () =>
      (await scanAll(system.db)).filter(({ sk }) => sk === user.id).map((item) => item.passwordHash)
    const before = await hashes()
    expect(before).toHaveLength(1)
    expect(before[0]).toEqual(expect.any(String))
    const kept = await request('PUT', `/Users/${user.id}`, { ...named, title: 'T' }, headers)
    expect([kept.status, kept.body.title, await hashes()]).toEqual([200, 'T', before])
    const changed = await request('PUT', `/Users/${user.id}`, { ...named, password: 'Opensesame-2' }, headers)
    expect([changed.status, changed.body.password]).toEqual([200, undefined])
    expect(await hashes()).not.toEqual(before)
  })

  test.each<[string, object, [number, string, string]]>([
    [
      'no userName',
      { userName: undefined },
      [400, 'invalidValue', 'The attribute userName is required: send it with a value'],
    ],
    ['null', { userName: null }, [400, 'invalidValue', 'The attribute userName is required: send it with a value']],
    ['no text', { userName: 5 }, [400, 'invalidValue', 'Cannot read userName 5: expected a string']],
    ['a wrong type', { active: 'yes' }, [400, 'invalidValue', 'Cannot read active "yes": expected true or false']],
    ['no object', { name: 'Al Bo' }, [400, 'invalidValue', 'Cannot read name "Al Bo": expected an object']],
    ['a text for a list', { emails: 'al@x' }, [400, 'invalidValue', 'Cannot read emails "al@x": expected an object']],
    [
      'foreign schemas',
      { schemas: [GROUP_SCHEMA] },
      [400, 'invalidValue', `The schemas do not name a User: send an array that holds "${USER_SCHEMA}"`],
    ],
  ])('PUT-4 %s is refused and changes nothing', async (_name, wrong, refusal) => {
    const user = await givenUser(request)
    expect(refusalOf(await put('/Users', user, { ...newUser(user.userName, { title: 'T' }), ...wrong }))).toEqual(
      refusal,
    )
    expect(await readAgain(request, user)).toEqual(user)
  })

  test("PUT-4 another's userName is 409; one's own in another case is fine; the old name becomes free", async () => {
    const [user, other] = [await givenUser(request), await givenUser(request)]
    const taken = refusalOf(await put('/Users', user, newUser(other.userName.toUpperCase())))
    expect(taken.slice(0, 2)).toEqual([409, 'uniqueness'])
    expect(taken[2]).toContain(`The userName "${other.userName.toUpperCase()}" is taken`)
    const upper = await put('/Users', user, newUser(user.userName.toUpperCase()))
    expect([upper.status, upper.body.userName]).toEqual([200, user.userName.toUpperCase()])
    const renamed = unique('renamed')
    expect((await put('/Users', user, newUser(renamed))).body.userName).toBe(renamed)
    expect((await request('POST', '/Users', newUser(user.userName))).status).toBe(201)
  })

  test('PUT-6 the body that GET answered changes nothing, not even lastModified', async () => {
    const user = await givenUser(request, {
      name: { givenName: 'Al' },
      emails: [{ value: 'al@example.com', type: 'work', primary: true }, { value: 'al@home.example' }],
      [ENTERPRISE]: { manager: { value: 'm1' }, department: 'IT' },
      active: false,
    })
    await givenGroup(request, [user.id])
    const before = await readAgain(request, user)
    const answer = await put('/Users', user, before)
    expect([answer.status, answer.body]).toEqual([200, before])
    expect(await readAgain(request, user)).toEqual(before)
  })
})

describe('PUT /Groups/{id}', () => {
  test('PUT-7 replaces name and members, and the groups of users follow', async () => {
    const [old, stays, comes] = [await givenUser(request), await givenUser(request), await givenUser(request)]
    const group = await givenGroup(request, [old.id, stays.id])
    const name = unique('renamed')
    const members = [{ value: comes.id, display: 'As sent', type: 'User' }, { value: stays.id }]
    const answer = await put('/Groups', group, newGroup(name, { members }))
    expect([answer.status, answer.body.displayName]).toEqual([200, name])
    expect(memberIds(answer.body)).toEqual([stays.id, comes.id].sort())
    expect(answer.body.members).toContainEqual({
      value: comes.id,
      $ref: comes.meta.location,
      display: 'As sent',
      type: 'User',
    })
    expect(await readAgain(request, group)).toEqual(answer.body)
    const mirror = [{ value: group.id, $ref: group.meta.location, display: name, type: 'direct' }]
    expect((await readAgain(request, comes)).groups).toEqual(mirror)
    expect((await readAgain(request, stays)).groups).toEqual(mirror)
    expect((await readAgain(request, old)).groups).toEqual([])
  })

  test('PUT-5 what is immutable of a member stays as it was first sent, and its display is replaced', async () => {
    const user = await givenUser(request)
    const group = await givenGroup(request, [], { members: [{ value: user.id, display: 'First' }] })
    const member = { value: user.id, $ref: user.meta.location, display: 'First', type: 'User' }
    const changed = { ...member, $ref: 'https://else.example/Users/1', display: 'Second' }
    const answer = await put('/Groups', group, newGroup(group.displayName, { members: [changed] }))
    expect([answer.status, answer.body.members]).toEqual([200, [{ ...member, display: 'Second' }]])
    const { body } = await request('GET', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group')
    const { subAttributes } = body.attributes.find(({ name }: Body) => name === 'members')
    expect(subAttributes.map(({ name, mutability }: Body) => [name, mutability])).toEqual([
      ['value', 'immutable'],
      ['$ref', 'immutable'],
      ['type', 'immutable'],
      ['display', 'readWrite'],
    ])
  })

  test('PUT-3 PUT-7 without members the group is empty', async () => {
    const user = await givenUser(request)
    const group = await givenGroup(request, [user.id], { externalId: 'e1' })
    const answer = await put('/Groups', group, newGroup(group.displayName))
    expect(answer.body).toEqual({
      schemas: [GROUP_SCHEMA],
      id: group.id,
      displayName: group.displayName,
      members: [],
      meta: { ...group.meta, lastModified: answer.body.meta.lastModified, version: 'W/"2"' },
    })
    expect((await readAgain(request, user)).groups).toEqual([])
  })

  test('PUT-6 the body that GET answered changes nothing', async () => {
    const users = [await givenUser(request), await givenUser(request)]
    const group = await givenGroup(
      request,
      users.map(({ id }) => id),
    )
    const answer = await put('/Groups', group, await readAgain(request, group))
    expect([answer.status, answer.body]).toEqual([200, group])
  })

  test("PUT-4 another group's name, an unknown member and a group as member are refused", async () => {
    const [user, other] = [await givenUser(request), await givenGroup(request)]
    const group = await givenGroup(request, [user.id])
    const refused = async (displayName: string, ...members: object[]) =>
      refusalOf(await put('/Groups', group, newGroup(displayName, { members })))
    const taken = await refused(other.displayName.toUpperCase())
    expect(taken.slice(0, 2)).toEqual([409, 'uniqueness'])
    expect(await refused(group.displayName, { value: user.id }, { value: 'nobody' })).toEqual([
      400,
      'invalidValue',
      'Cannot add "nobody" as member: there is no such user; create the user first',
    ])
    expect(await refused(group.displayName, { id: user.id })).toEqual([
      400,
      'invalidValue',
      'The attribute members.value is required: send it with a value',
    ])
    expect(await refused(group.displayName, { value: other.id, type: 'Group' })).toEqual([
      400,
      'invalidValue',
      `Cannot add "${other.id}": groups cannot be members of groups here; add the users themselves`,
    ])
    expect(await readAgain(request, group)).toEqual(group)
  })
})
