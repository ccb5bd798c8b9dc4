import { beforeAll, describe, expect, test } from 'vitest'
import { newGroup, newUser } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User'

const system = withSystem()
const { request } = client(system)
let user: Body
let group: Body
beforeAll(async () => {
  const made = await request(
    'POST',
    '/Users',
    newUser('projected', {
      externalId: 'e1',
      name: { givenName: 'Pro', familyName: 'Jected' },
      emails: [
        { value: 'w@example.com', type: 'work', primary: true },
        { value: 'h@example.com', type: 'home' },
        { value: 'o@example.com', display: 'no type' },
      ],
      active: true,
      [ENTERPRISE]: { department: 'R&D', costCenter: '7', manager: { value: 'm1' } },
    }),
  )
  group = (await request('POST', '/Groups', newGroup('Projected', { members: [{ value: made.body.id }] }))).body
  user = (await request('GET', `/Users/${made.body.id}`)).body
})

const omit = (resource: Body, ...names: string[]) =>
  Object.fromEntries(Object.entries(resource).filter(([name]) => !names.includes(name)))
/** Without its groups a user has an entity tag of its own. */
const withoutGroups = () => ({ ...omit(user, 'groups'), meta: { ...user.meta, version: expect.any(String) } })
const minimum = () => ({ schemas: user.schemas, id: user.id })
const get = async (query: string): Promise<Body> => (await request('GET', `/Users/${user.id}?${query}`)).body

describe('attributes', () => {
  test.each<[string, () => object]>([
    ['userName', () => ({ userName: 'projected' })],
    ['USERNAME', () => ({ userName: 'projected' })],
    ['userName,active', () => ({ userName: 'projected', active: true })],
    ['userName,%20active%20,', () => ({ userName: 'projected', active: true })],
    ['userName+,+active', () => ({ userName: 'projected', active: true })],
    ['userName&attributes=active', () => ({ userName: 'projected', active: true })],
    [`${CORE}:userName`, () => ({ userName: 'projected' })],
    [`${CORE.toUpperCase()}:USERNAME`, () => ({ userName: 'projected' })],
    ['id', () => ({})],
    ['externalId', () => ({ externalId: 'e1' })],
    ['meta,groups', () => ({ meta: user.meta, groups: user.groups })],
    ['meta.resourceType', () => ({ meta: { resourceType: 'User' } })],
    ['groups', () => ({ groups: user.groups })],
    ['name', () => ({ name: user.name })],
  ])('PRJ-1 attributes=%s shows what is named, and always id and schemas', async (names, expected) => {
    expect(await get(`attributes=${names}`)).toEqual({ ...minimum(), ...expected() })
  })

  test.each<[string, () => object]>([
    ['name.familyName', () => ({ name: { familyName: 'Jected' } })],
    ['Name.FAMILYNAME,name.givenName', () => ({ name: user.name })],
    [`${CORE}:name.givenName`, () => ({ name: { givenName: 'Pro' } })],
    ['emails.value', () => ({ emails: ['w', 'h', 'o'].map((name) => ({ value: `${name}@example.com` })) })],
    ['emails.type', () => ({ emails: [{ type: 'work' }, { type: 'home' }] })],
    ['emails.primary', () => ({ emails: [{ primary: true }] })],
    ['meta.location', () => ({ meta: { location: user.meta.location } })],
    ['groups.display', () => ({ groups: [{ display: 'Projected' }] })],
    [ENTERPRISE, () => ({ [ENTERPRISE]: user[ENTERPRISE] })],
    [ENTERPRISE.toUpperCase(), () => ({ [ENTERPRISE]: user[ENTERPRISE] })],
    [`${ENTERPRISE}:department`, () => ({ [ENTERPRISE]: { department: 'R&D' } })],
    [`${ENTERPRISE}:manager.value`, () => ({ [ENTERPRISE]: { manager: { value: 'm1' } } })],
    [`userName,${SNOWFLAKE}`, () => ({ userName: 'projected', [SNOWFLAKE]: { type: 'person' } })],
  ])('PRJ-2 attributes=%s shows parts of values and whole extensions', async (names, expected) => {
    expect(await get(`attributes=${encodeURIComponent(names)}`)).toEqual({ ...minimum(), ...expected() })
  })
})

describe('excludedAttributes', () => {
  test.each<[string, () => object]>([
    ['emails', () => omit(user, 'emails')],
    ['EMAILS,%20active', () => omit(user, 'emails', 'active')],
    ['emails&excludedAttributes=active', () => omit(user, 'emails', 'active')],
    [`${CORE}:active`, () => omit(user, 'active')],
    ['meta,groups,name', () => omit(user, 'meta', 'groups', 'name')],
    ['id,schemas', () => user],
  ])('PRJ-1 excludedAttributes=%s shows the rest', async (names, expected) => {
    expect(await get(`excludedAttributes=${names}`)).toEqual(expected())
  })

  test('PRJ-2 sub-attributes and whole extensions are left out', async () => {
    expect(await get('excludedAttributes=name.givenName,emails.primary,emails.display')).toEqual({
      ...user,
      name: { familyName: 'Jected' },
      emails: [
        { value: 'w@example.com', type: 'work' },
        { value: 'h@example.com', type: 'home' },
        { value: 'o@example.com' },
      ],
    })
    expect(await get(`excludedAttributes=${ENTERPRISE}`)).toEqual(omit(user, ENTERPRISE))
    const { manager } = user[ENTERPRISE]
    expect(await get(`excludedAttributes=${ENTERPRISE}:department,${ENTERPRISE}:costCenter`)).toEqual({
      ...user,
      [ENTERPRISE]: { manager },
    })
  })
})

describe('both', () => {
  test('PRJ-3 unknown names are ignored', async () => {
    expect(await get('attributes=nonsense,userName,urn:x:y')).toEqual({ ...minimum(), userName: 'projected' })
    expect(await get('attributes=nonsense')).toEqual(minimum())
    expect(await get('excludedAttributes=nonsense,name.rank')).toEqual(user)
    expect(await get('attributes=&excludedAttributes=')).toEqual(user)
  })

  test('PRJ-3 both together are 400', async () => {
    for (const path of [`/Users/${user.id}`, '/Users', '/Groups']) {
      const answer = await request('GET', `${path}?attributes=id&excludedAttributes=meta`)
      const detail = 'Cannot use attributes together with excludedAttributes: send one of them'
      expectRefused(answer, 400, 'invalidValue', detail)
    }
  })

  test('PRJ-1 PRJ-4 lists are shaped like single resources', async () => {
    const list = async (path: string): Promise<Body> => (await request('GET', path)).body.Resources
    expect(await list('/Users?attributes=userName,emails.type')).toEqual([
      { ...minimum(), userName: 'projected', emails: [{ type: 'work' }, { type: 'home' }] },
    ])
    expect(await list('/Users?excludedAttributes=groups')).toEqual([withoutGroups()])
    expect(await list('/Groups?excludedAttributes=members')).toEqual([omit(group, 'members')])
    expect(await list('/Groups?attributes=displayName,members.value')).toEqual([
      { schemas: group.schemas, id: group.id, displayName: 'Projected', members: [{ value: user.id }] },
    ])
  })

  test('PRJ-4 members and groups are left out of single resources (Entra, Snowflake)', async () => {
    expect((await request('GET', `/Groups/${group.id}?excludedAttributes=members`)).body).toEqual(
      omit(group, 'members'),
    )
    expect(await get('excludedAttributes=groups')).toEqual(withoutGroups())
  })

  test('PRJ-4 a filter by name with excludedAttributes=members, as Entra sends it', async () => {
    const filter = encodeURIComponent('displayName eq "Projected"')
    const { body } = await request('GET', `/Groups?excludedAttributes=members&filter=${filter}`)
    expect(body).toMatchObject({ totalResults: 1, Resources: [omit(group, 'members')] })
  })
})
