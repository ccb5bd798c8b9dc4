import { describe, expect, test } from 'vitest'
import { GROUP_SCHEMA, newGroup, newUser, patchOf, USER_SCHEMA } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const system = withSystem()
const { request } = client(system)

const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'
let count = 0
const unique = (more: object = {}) => newUser(`user-${++count}`, more)
const create = async (more: object = {}): Promise<Body> => (await request('POST', '/Users', unique(more))).body
const createGroup = (more: object = {}) => request('POST', '/Groups', newGroup(`Group ${++count}`, more))

describe('users', () => {
  test('CRE-1 CRE-8 a new user is answered 201 with its whole representation, Location and ETag', async () => {
    const sent = unique({ externalId: 'e1', name: { givenName: 'A' }, active: false })
    const { status, headers, body } = await request('POST', '/Users', sent)
    const location = `${system.baseUrl}/Users/${body.id}`
    expect(status).toBe(201)
    expect(body).toEqual({
      ...sent,
      schemas: [USER_SCHEMA, SNOWFLAKE],
      id: expect.any(String),
      [SNOWFLAKE]: { type: 'person' },
      groups: [],
      meta: { ...body.meta, resourceType: 'User', location },
    })
    expect(headers).toMatchObject({ location, etag: body.meta.version })
    expect((await request('GET', `/Users/${body.id}`)).body).toEqual(body)
  })

  test('CRE-2 what only the server writes is ignored, not refused', async () => {
    const fixed = { id: 'x', meta: { version: 'W/"9"' }, groups: [{ value: 'g1', display: 'Admins' }] }
    const user = await create(fixed)
    expect(user).toMatchObject({ groups: [], meta: { resourceType: 'User' } })
    expect([user.id, user.meta.version]).not.toContain('x')
    expect(user.meta.version).not.toBe('W/"9"')
  })

  test.each([
    ['missing', {}, 'The attribute userName is required: send it with a value'],
    ['null', { userName: null }, 'The attribute userName is required: send it with a value'],
    ['empty', { userName: '' }, 'Cannot use an empty userName: send at least one character'],
    ['a number', { userName: 1 }, 'Cannot read userName 1: expected a string'],
    ['an object', { userName: {} }, 'Cannot read userName an object: expected a string'],
    ['a list', { userName: ['a'] }, 'Cannot read userName an array of 1: expected a string'],
    ['blank', { userName: ' ' }, 'Cannot use userName " ": it holds a space at its start or end; remove it'],
  ])('CRE-3 a userName that is %s is 400 invalidValue', async (_name, body, detail) => {
    const answer = await request('POST', '/Users', { schemas: [USER_SCHEMA], ...body })
    expectRefused(answer, 400, 'invalidValue', detail)
  })

  test('CRE-4 a userName in any letter case is unique: 409, and the first user stays as it is', async () => {
    const user = await create({ title: 'first' })
    for (const userName of [user.userName, user.userName.toUpperCase()]) {
      const taken = `find its holder with a filter (userName eq "${userName}"), or choose another`
      const detail = `The userName "${userName}" is taken in this account: ${taken}; one of another role is not shown to you`
      expectRefused(await request('POST', '/Users', newUser(userName)), 409, 'uniqueness', detail)
    }
    expect((await request('GET', `/Users/${user.id}`)).body).toEqual(user)
  })

  test('CRE-4 of twelve that want one name at the same time one gets it', async () => {
    const names = Array.from({ length: 12 }, (_, i) => (i % 2 ? 'race@example.com' : 'RACE@Example.com'))
    const answers = await Promise.all(names.map((userName) => request('POST', '/Users', newUser(userName))))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(11).fill(409)])
    const found = await request('GET', `/Users?filter=${encodeURIComponent('userName eq "race@example.com"')}`)
    expect(found.body.totalResults).toBe(1)
  })

  test('CRE-5 an externalId may be used twice', async () => {
    const externalId = 'shared'
    expect((await request('POST', '/Users', unique({ externalId }))).status).toBe(201)
    expect((await request('POST', '/Users', unique({ externalId }))).status).toBe(201)
  })

  test.each([
    ['missing', undefined, `The attribute schemas is required: send an array that holds "${USER_SCHEMA}"`],
    ['null', null, `The attribute schemas is required: send an array that holds "${USER_SCHEMA}"`],
    ['empty', [], `The schemas do not name a User: send an array that holds "${USER_SCHEMA}"`],
    ['text', USER_SCHEMA, `The attribute schemas is required: send an array that holds "${USER_SCHEMA}"`],
    ['of a group', [GROUP_SCHEMA], `The schemas do not name a User: send an array that holds "${USER_SCHEMA}"`],
    ['of numbers', [1], 'Cannot read schemas 1: expected a string'],
  ])('CRE-6 schemas that are %s are 400', async (_name, schemas, detail) => {
    expectRefused(await request('POST', '/Users', { ...unique(), schemas }), 400, 'invalidValue', detail)
  })

  test('CRE-7 attributes and excludedAttributes shape the answers of POST, PUT and PATCH', async () => {
    const sent = unique({ title: 'T', nickName: 'N' })
    const created = await request('POST', '/Users?attributes=title', sent)
    const { schemas, id } = created.body
    expect(created.body).toEqual({ schemas, id, title: 'T' })
    expect(created.headers.etag).toMatch(/^W\/"/)
    const replaced = await request('PUT', `/Users/${id}?excludedAttributes=meta,groups,active,${SNOWFLAKE}`, sent)
    expect(replaced.body).toEqual({ ...sent, schemas, id })
    const patch = patchOf({ op: 'replace', path: 'title', value: 'U' })
    const patched = await request('PATCH', `/Users/${id}?attributes=nickName,TITLE`, patch)
    expect(patched.body).toEqual({ schemas, id, title: 'U', nickName: 'N' })
  })

  test('CRE-8 RES-16 active may be left out or null, which is true, or false or text', async () => {
    expect((await create()).active).toBe(true)
    expect((await create({ active: null })).active).toBe(true)
    expect((await create({ active: false })).active).toBe(false)
    expect((await create({ active: 'True' })).active).toBe(true)
  })
})

describe('groups', () => {
  test('CRE-1 a new group is answered 201 with its whole representation, members included', async () => {
    const { status, headers, body } = await request('POST', '/Groups', newGroup('Complete', { externalId: 'g1' }))
    const location = `${system.baseUrl}/Groups/${body.id}`
    expect(status).toBe(201)
    expect(body).toEqual({
      ...{ schemas: [GROUP_SCHEMA], id: expect.any(String), externalId: 'g1', displayName: 'Complete', members: [] },
      meta: { ...body.meta, resourceType: 'Group', location, lastModified: body.meta.created },
    })
    expect(headers).toMatchObject({ location, etag: body.meta.version })
  })

  test.each([
    ['missing', {}, 'The attribute displayName is required: send it with a value'],
    ['null', { displayName: null }, 'The attribute displayName is required: send it with a value'],
    ['empty', { displayName: '' }, 'Cannot use an empty displayName: send at least one character'],
    ['no text', { displayName: true }, 'Cannot read displayName true: expected a string'],
  ])('CRE-3 a displayName that is %s is 400 invalidValue', async (_name, body, detail) => {
    const answer = await request('POST', '/Groups', { schemas: [GROUP_SCHEMA], ...body })
    expectRefused(answer, 400, 'invalidValue', detail)
  })

  test('CRE-4 a displayName in any letter case is unique: 409', async () => {
    await request('POST', '/Groups', newGroup('Straße'))
    for (const displayName of ['Straße', 'STRASSE', 'strasse']) {
      const answer = await request('POST', '/Groups', newGroup(displayName))
      expectRefused(
        answer,
        409,
        'uniqueness',
        new RegExp(`^The displayName "${displayName}" is taken in this account: `),
      )
    }
    expect((await request('POST', '/Users', newUser('Straße'))).status).toBe(201)
  })

  test('CRE-6 schemas of a user are 400', async () => {
    const detail = `The schemas do not name a Group: send an array that holds "${GROUP_SCHEMA}"`
    expectRefused(await createGroup({ schemas: [USER_SCHEMA] }), 400, 'invalidValue', detail)
  })

  test('CRE-9 CRE-10 members are kept once each, and the users know their group', async () => {
    const [ann, bob] = [await create(), await create({ displayName: 'Bob' })]
    const members = [{ value: ann.id, display: 'Ann', $ref: null }, { value: bob.id }, { value: ann.id, type: 'User' }]
    const { body: group } = await createGroup({ members })
    const ref = (id: string) => `${system.baseUrl}/Users/${id}`
    expect(group.members).toEqual([
      { value: ann.id, $ref: ref(ann.id), type: 'User', display: 'Ann' },
      { value: bob.id, $ref: ref(bob.id), type: 'User' },
    ])
    for (const { id } of [ann, bob]) {
      expect((await request('GET', `/Users/${id}`)).body.groups).toEqual([
        { value: group.id, $ref: `${system.baseUrl}/Groups/${group.id}`, display: group.displayName, type: 'direct' },
      ])
    }
  })

  test('CRE-9 a member that is nobody or a group is 400, and no group is made', async () => {
    const nested = (await createGroup()).body
    for (const [members, detail] of [
      [[{ value: '0199-nobody' }], /"0199-nobody"/],
      [[{ value: nested.id }], new RegExp(nested.id)],
      [[{ value: nested.id, type: 'Group' }], /groups cannot be members of groups here/],
      [[{ display: 'Nobody' }], /members.value is required/],
    ] as const) {
      const displayName = `Not made ${++count}`
      expectRefused(await request('POST', '/Groups', newGroup(displayName, { members })), 400, 'invalidValue', detail)
      const filter = encodeURIComponent(`displayName eq "${displayName}"`)
      expect((await request('GET', `/Groups?filter=${filter}`)).body.totalResults).toBe(0)
    }
  })
})
