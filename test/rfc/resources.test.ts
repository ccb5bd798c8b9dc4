import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { GROUP_SCHEMA, newGroup, newUser, patchOf, USER_SCHEMA } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const system = withSystem()
const { request } = client(system)
const { request: okta } = client(system, 'OKTA_PROVISIONING')

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const PERSON = { [SNOWFLAKE]: { type: 'person' } }

let count = 0
const unique = (more: object = {}) => newUser(`user-${++count}`, more)
const create = async (more: object = {}): Promise<Body> => (await request('POST', '/Users', unique(more))).body
const read = async (id: string): Promise<Body> => (await request('GET', `/Users/${id}`)).body

describe('id', () => {
  test('RES-1 ids are made by the server, differ over all types, stay, and a sent one is ignored', async () => {
    const sent = { id: 'mine', meta: { resourceType: 'Robot', created: '2001-01-01T00:00:00Z', location: 'x' } }
    const user = await create(sent)
    const group = (await request('POST', '/Groups', { ...newGroup('Ids'), ...sent })).body
    expect(new Set(['mine', user.id, group.id]).size).toBe(3)
    for (const { id } of [user, group]) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(id.toLowerCase()).not.toContain('bulkid')
    }
    await request('PUT', `/Users/${user.id}`, { ...user, title: 'Other' })
    expect((await read(user.id)).id).toBe(user.id)
    expect((await request('GET', `/Users/${user.id.toUpperCase()}`)).status).toBe(404)
    expect((await request('GET', '/Users/mine')).status).toBe(404)
  })

  test('RES-1 GET-1 an id of the other type is 404', async () => {
    const user = await create()
    const answer = await request('GET', `/Groups/${user.id}`)
    expectRefused(answer, 404, undefined, `There is no Group with id "${user.id}"`)
  })
})

describe('schemas', () => {
  test('RES-2 RES-7 it names the core schema and the extensions that have data, each once, in any order sent', async () => {
    const sent = [ENTERPRISE, USER_SCHEMA, USER_SCHEMA, 'urn:example:unknown', GROUP_SCHEMA]
    const user = await create({ schemas: sent, [ENTERPRISE]: { department: 'R&D' }, 'urn:example:unknown': { a: 1 } })
    expect(user.schemas).toEqual([USER_SCHEMA, ENTERPRISE, SNOWFLAKE])
    expect(user).toMatchObject({ [ENTERPRISE]: { department: 'R&D' }, ...PERSON })
    expect(user).not.toHaveProperty(['urn:example:unknown'])
    const group = (await request('POST', '/Groups', newGroup('Plain', { schemas: [GROUP_SCHEMA, ENTERPRISE] }))).body
    expect(group.schemas).toEqual([GROUP_SCHEMA])
  })

  test.each([
    ['an empty object', {}],
    ['null', null],
    ['only nulls', { department: null, manager: null }],
    ['only unknown attributes', { nonsense: 'x' }],
  ])('RES-7 an extension sent as %s is no extension', async (_name, container) => {
    const user = await create({ schemas: [USER_SCHEMA, ENTERPRISE], [ENTERPRISE]: container })
    expect(user.schemas).toEqual([USER_SCHEMA, SNOWFLAKE])
    expect(user).not.toHaveProperty([ENTERPRISE])
  })

  test('RES-7 an extension attribute at the top level is not taken for one', async () => {
    const user = await create({ department: 'R&D', employeeNumber: '1' })
    expect(user).not.toHaveProperty('department')
    expect(user).not.toHaveProperty([ENTERPRISE])
  })

  test('RES-7 the last value gone takes the extension and its URN with it', async () => {
    const { id } = await create({ [ENTERPRISE]: { department: 'R&D' } })
    const remove = patchOf({ op: 'remove', path: `${ENTERPRISE}:department` })
    const { body } = await request('PATCH', `/Users/${id}`, remove)
    expect(body.schemas).toEqual([USER_SCHEMA, SNOWFLAKE])
    expect(body).not.toHaveProperty([ENTERPRISE])
  })
})

describe('meta', () => {
  test('RES-3 it says type, instants with their zone, version and location; created and lastModified begin equal', async () => {
    const now = Date.now()
    vi.setSystemTime(now)
    onTestFinished(() => void vi.useRealTimers())
    const user = await create()
    expect(user.meta).toEqual({
      resourceType: 'User',
      created: new Date(now).toISOString(),
      lastModified: new Date(now).toISOString(),
      location: `${system.baseUrl}/Users/${user.id}`,
      version: expect.stringMatching(/^W\/"[^"]+"$/),
    })
    vi.setSystemTime(now + 1)
    const { body } = await request('PUT', `/Users/${user.id}`, { ...user, title: 'x', meta: { created: 'never' } })
    const changed = { lastModified: new Date(now + 1).toISOString(), version: expect.any(String) }
    expect(body.meta).toEqual({ ...user.meta, ...changed })
  })

  test('RES-4 meta.location is the URL that GET answers, and the Location header', async () => {
    for (const [path, body] of [
      ['/Users', unique()],
      ['/Groups', newGroup('Located')],
    ] as const) {
      const created = await request('POST', path, body)
      const { location } = created.body.meta
      expect(created.headers.location).toBe(location)
      const found = await request('GET', location.slice(system.baseUrl.length))
      expect([found.status, found.headers.location, found.body]).toEqual([200, location, created.body])
    }
  })
})

describe('names and values', () => {
  test('RES-5 names count in any letter case in bodies, paths, filters and parameters, and are told in the schema spelling', async () => {
    const body = {
      SCHEMAS: [USER_SCHEMA.toUpperCase()],
      USERNAME: `user-${++count}`,
      Name: { FAMILYNAME: 'Case' },
      EMAILS: [{ VALUE: 'case@example.com', Type: 'work', PRIMARY: true }],
      [ENTERPRISE.toUpperCase()]: { DEPARTMENT: 'R&D' },
    }
    const user = (await request('POST', '/Users', body)).body
    const told = {
      userName: body.USERNAME,
      name: { familyName: 'Case' },
      emails: [{ value: 'case@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'R&D' },
    }
    expect(user).toMatchObject(told)
    const path = `${ENTERPRISE.toUpperCase()}:DEPARTMENT`
    await request('PATCH', `/Users/${user.id}`, patchOf({ op: 'replace', path, value: 'Sales' }))
    const filter = encodeURIComponent(`NAME.FAMILYNAME eq "case" and ${path} eq "sales"`)
    const found = (await request('GET', `/Users?filter=${filter}&attributes=NAME.familyname,DisplayNAME`)).body
    expect(found.Resources).toEqual([{ schemas: user.schemas, id: user.id, name: told.name }])
  })

  test('RES-6 null, [] and single objects of nothing mean unassigned', async () => {
    const user = await create({
      ...{
        nickName: null,
        displayName: null,
        name: null,
        emails: [],
        phoneNumbers: null,
        addresses: [],
        [ENTERPRISE]: { manager: {} },
      },
      ...{ active: null, roles: null, externalId: null, title: 'kept' },
    })
    expect(user).toEqual({
      ...{ schemas: [USER_SCHEMA, SNOWFLAKE], id: user.id, userName: user.userName, title: 'kept' },
      ...{ active: true, groups: [] },
      ...PERSON,
      meta: expect.any(Object),
    })
    for (const attribute of ['nickName', 'name', 'name.familyName', 'emails', 'externalId', 'roles']) {
      const filter = encodeURIComponent(`id eq "${user.id}" and ${attribute} eq null`)
      expect([attribute, (await request('GET', `/Users?filter=${filter}`)).body.totalResults]).toEqual([attribute, 1])
    }
  })

  test('RES-8 a password appears nowhere: not in answers, not when asked for, not in lists or errors', async () => {
    const password = 'correct horse battery staple'
    const created = await request('POST', '/Users', unique({ password }))
    const { id, userName } = created.body
    const answers = [
      created,
      await request('GET', `/Users/${id}?attributes=password,userName`),
      await request('GET', '/Users?attributes=password'),
      await request('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'password', value: `${password}!` })),
      await request('PUT', `/Users/${id}?attributes=password`, newUser(userName, { password })),
      await request('POST', '/Users', newUser(userName, { password })),
      await request('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'password', value: [password] })),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 409, 400])
    for (const { body } of answers) expect(JSON.stringify(body)).not.toContain('horse')
    for (const { body } of answers.slice(0, 5)) expect(JSON.stringify(body)).not.toContain('password')
  })

  test('RES-8 id and schemas cannot be excluded', async () => {
    const { id, schemas } = await create({ title: 'x' })
    const { body } = await request(
      'GET',
      `/Users/${id}?excludedAttributes=id,schemas,meta,groups,title,${SNOWFLAKE}:type`,
    )
    expect(body).toEqual({ schemas, id, userName: `user-${count}`, active: true })
  })

  test('RES-9 there is one primary value at most: the last one said to be it', async () => {
    const two = [
      { value: 'a@example.com', primary: true },
      { value: 'b@example.com', primary: true },
    ]
    const user = await create({ emails: two })
    expect(user.emails.filter(({ primary }: Body) => primary)).toHaveLength(1)
    const value = [{ value: 'c@example.com', primary: true }]
    const { body } = await request('PATCH', `/Users/${user.id}`, patchOf({ op: 'add', path: 'emails', value }))
    const primaries = body.emails.filter(({ primary }: Body) => primary)
    expect([body.emails.length, primaries]).toEqual([3, value])
  })

  test.each([
    ['userName', 5, 'Cannot read userName 5: expected a string'],
    ['displayName', ['x'], 'Cannot read displayName an array of 1: expected a string'],
    ['name', 'Ann', 'Cannot read name "Ann": expected an object'],
    ['active', 'yes', 'Cannot read active "yes": expected true or false'],
    ['active', 1, 'Cannot read active 1: expected true or false'],
    ['emails', 'ann@example.com', 'Cannot read emails "ann@example.com": expected an object'],
    ['emails', [{ value: 1 }], 'Cannot read emails.value 1: expected a string'],
    ['emails', [{ value: 'a', primary: 'maybe' }], 'Cannot read emails.primary "maybe": expected true or false'],
    [ENTERPRISE, 'R&D', `Cannot read ${ENTERPRISE} "R&D": expected an object`],
    [ENTERPRISE, { department: 1 }, `Cannot read ${ENTERPRISE}:department 1: expected a string`],
  ])('RES-10 %s %j is refused with 400 invalidValue', async (name, value, detail) => {
    expectRefused(await request('POST', '/Users', unique({ [name]: value })), 400, 'invalidValue', detail)
  })

  test('RES-10 booleans may be sent as text in any letter case (Entra)', async () => {
    const emails = [{ value: 'a@example.com', primary: 'TRUE' }]
    expect(await create({ active: 'False', emails })).toMatchObject({
      active: false,
      emails: [{ value: 'a@example.com', primary: true }],
    })
  })

  test('RES-11 values come back as they were sent', async () => {
    const sent = {
      userName: `  ÅSA.Łukasz+${++count}@Exämple.COM`.trim(),
      displayName: '  two  spaces  ',
      nickName: 'e\u0301 is not \u00e9',
      title: '👩‍👩‍👧‍👦 & <b>"quoted"</b> \\ / \t\n',
      phoneNumbers: [{ value: '+1 (555) 010-9999;ext=12', type: 'Work' }, { value: 'tel:+44-20-7946-0000' }],
      addresses: [{ formatted: '1 Way\r\nTown', country: 'Sierra Leone' }],
      profileUrl: 'not a url',
      locale: 'xx-nowhere',
      externalId: ' Ab C ',
      name: { givenName: '', familyName: 'von der Straße' },
    }
    const user = (await request('POST', '/Users', { schemas: [USER_SCHEMA], ...sent })).body
    expect(user).toMatchObject(sent)
    expect(await read(user.id)).toEqual(user)
  })

  test('RES-12 the same type and value is kept once', async () => {
    const value = { value: 'a@example.com', type: 'work' }
    const emails = [value, { ...value }, { value: 'a@example.com', type: 'home' }]
    expect((await create({ emails })).emails).toEqual([value, { value: 'a@example.com', type: 'home' }])
  })

  test('RES-13 attributes outside the schema are ignored and never told', async () => {
    const strange = { favouriteColour: 'red', pk: 'A#x', sk: 'y', owner: 'me', version: 7, ttl: 1, account: 'other' }
    const user = await create({ ...strange, name: { givenName: 'A', rank: 'x' } })
    expect(Object.keys(user).sort()).toEqual([
      ...['active', 'groups', 'id', 'meta', 'name', 'schemas', SNOWFLAKE, 'userName'],
    ])
    expect(user.name).toEqual({ givenName: 'A' })
    expect((await request('GET', `/Users/${user.id}?attributes=favouriteColour,owner,pk`)).body).toEqual({
      schemas: user.schemas,
      id: user.id,
    })
  })

  test('RES-13 core attributes may stand in a container named by the core URN', async () => {
    const body = { schemas: [USER_SCHEMA], [USER_SCHEMA]: { userName: `user-${++count}`, name: { givenName: 'A' } } }
    const user = (await request('POST', '/Users', body)).body
    expect(user).toMatchObject({ userName: `user-${count}`, name: { givenName: 'A' } })
    expect(user).not.toHaveProperty([USER_SCHEMA])
  })

  test('RES-7 SNO-1 Okta knows the Snowflake attributes under the enterprise URN', async () => {
    const enterprise = { department: 'R&D', defaultRole: 'ANALYST', type: 'service' }
    const body = unique({ schemas: [USER_SCHEMA, ENTERPRISE], [ENTERPRISE]: enterprise })
    const user = (await okta('POST', '/Users', body)).body
    expect(user.schemas).toEqual([USER_SCHEMA, ENTERPRISE])
    expect(user[ENTERPRISE]).toEqual(enterprise)
  })
})
