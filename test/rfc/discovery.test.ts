import { describe, expect, test } from 'vitest'
import { createIntegration } from '../../shared/resources/integrations.ts'
import { issueToken } from '../../shared/resources/tokens.ts'
import { adminContext } from '../factories/admin.ts'
import { newUser, patchOf, USER_SCHEMA } from '../factories/scim-api.ts'
import { withSystem } from '../factories/system.ts'
import { type Body, client } from './client.ts'
import { expectRefused } from './refusal.ts'

const system = withSystem()
const { request } = client(system)
const { request: okta } = client(system, 'OKTA_PROVISIONING')

const get = async (path: string): Promise<Body> => (await request('GET', path)).body
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const SNOWFLAKE = 'urn:ietf:params:scim:schemas:extension:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'

describe('/ServiceProviderConfig', () => {
  test('DIS-1 DIS-2 DIS-3 DIS-5 DIS-13 it is one object, with everything RFC 7643 §5 and RFC 9865 §4 ask for', async () => {
    const { status, headers, body } = await request('GET', '/ServiceProviderConfig')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/scim+json')
    expect(body).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 100, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        ...{ cursor: true, index: true, defaultPaginationMethod: 'index' },
        ...{ defaultPageSize: 100, maxPageSize: 1000, cursorTimeout: 600 },
      },
      authenticationSchemes: [
        {
          type: 'oauthbearertoken',
          name: 'OAuth Bearer Token',
          description: expect.stringMatching(/bearer token/),
          specUri: expect.stringMatching(/^https:/),
          primary: true,
        },
        {
          type: 'oauth2',
          name: 'OAuth 2.0 client credentials',
          description: expect.stringMatching(/token endpoint/),
          specUri: expect.stringMatching(/^https:/),
          primary: false,
        },
      ],
      meta: { resourceType: 'ServiceProviderConfig', location: `${system.baseUrl}/ServiceProviderConfig` },
    })
  })

  test('DIS-4 what is advertised is offered: PATCH, filter, sort, entity tags and both ways to page', async () => {
    const { body: user, headers } = await request('POST', '/Users', newUser('truthful'))
    expect(headers.etag).toBe(user.meta.version)
    const patched = await request('PATCH', `/Users/${user.id}`, patchOf({ op: 'add', path: 'title', value: 'x' }))
    expect([patched.status, patched.body.title]).toEqual([200, 'x'])
    expect((await get('/Users?filter=title%20eq%20%22x%22&sortBy=userName')).totalResults).toBe(1)
    expect(await get('/Users?count=5000')).toMatchObject({ itemsPerPage: 1, startIndex: 1 })
    expect(await get('/Users?cursor=')).not.toHaveProperty('startIndex')
  })

  test('DIS-4 the limits of Bulk are the advertised ones', async () => {
    const { maxOperations, maxPayloadSize } = (await get('/ServiceProviderConfig')).bulk
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest']
    const bulkOf = (count: number, filling = '') => ({
      schemas,
      Operations: Array.from({ length: count }, () => ({ method: 'DELETE', path: `/Users/none${filling}` })),
    })
    expect((await request('POST', '/Bulk', bulkOf(maxOperations))).status).toBe(200)
    expect((await request('POST', '/Bulk', bulkOf(maxOperations + 1))).status).toBe(413)
    expect((await request('POST', '/Bulk', bulkOf(1, 'x'.repeat(maxPayloadSize)))).status).toBe(413)
  })

  test('DIS-4 changePassword is said to be supported where the integration synchronises passwords', async () => {
    const integration = 'WITH_PASSWORDS'
    await createIntegration(adminContext(system.db), { name: integration, clientKind: 'GENERIC', syncPassword: true })
    const { token } = await issueToken(adminContext(system.db), { integration })
    const answer = await request('GET', '/ServiceProviderConfig', undefined, { authorization: `Bearer ${token}` })
    expect(answer.body.changePassword).toEqual({ supported: true })
  })
})

describe('/ResourceTypes', () => {
  test('DIS-6 DIS-7 DIS-13 it lists User at /Users and Group at /Groups', async () => {
    expect(await get('/ResourceTypes')).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      ...{ totalResults: 2, itemsPerPage: 2, startIndex: 1 },
      Resources: [
        {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
          ...{ id: 'User', name: 'User', endpoint: '/Users', description: 'User Account', schema: USER_SCHEMA },
          schemaExtensions: [
            { schema: ENTERPRISE, required: false },
            { schema: SNOWFLAKE, required: false },
          ],
          meta: { resourceType: 'ResourceType', location: `${system.baseUrl}/ResourceTypes/User` },
        },
        {
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
          ...{ id: 'Group', name: 'Group', endpoint: '/Groups', description: 'Group', schema: GROUP },
          schemaExtensions: [],
          meta: { resourceType: 'ResourceType', location: `${system.baseUrl}/ResourceTypes/Group` },
        },
      ],
    })
  })

  test('DIS-7 the endpoints it names answer', async () => {
    for (const { endpoint } of (await get('/ResourceTypes')).Resources) {
      expect((await request('GET', endpoint)).status).toBe(200)
    }
  })
})

describe('/Schemas', () => {
  test('DIS-6 DIS-8 DIS-13 it has every schema a resource type names, and each stands at its own location', async () => {
    for (const caller of [request, okta]) {
      const types: Body[] = (await caller('GET', '/ResourceTypes')).body.Resources
      const named = types.flatMap(({ schema, schemaExtensions }) => [
        schema,
        ...schemaExtensions.map((extension: Body) => extension.schema),
      ])
      const { Resources, totalResults } = (await caller('GET', '/Schemas')).body
      expect(Resources.map(({ id }: Body) => id).sort()).toEqual(named.sort())
      expect(totalResults).toBe(Resources.length)
      for (const one of [...Resources, ...types]) {
        const path = one.meta.location.slice(system.baseUrl.length)
        expect((await caller('GET', path)).body).toEqual(one)
      }
    }
  })

  test('DIS-14 it names for Okta what its answers use, and reads the other URN all the same', async () => {
    const name = `${crypto.randomUUID()}@example.com`
    const sent = { schemas: [USER_SCHEMA, SNOWFLAKE], userName: name, [SNOWFLAKE]: { defaultRole: 'R' } }
    const { status, body } = await okta('POST', '/Users', sent)
    expect([status, body.schemas, body[ENTERPRISE]]).toEqual([201, [USER_SCHEMA, ENTERPRISE], { defaultRole: 'R' }])
    const listed = (await okta('GET', '/Schemas')).body.Resources.map(({ id }: Body) => id)
    expect(listed).toEqual([USER_SCHEMA, ENTERPRISE, GROUP])
    const { schemaExtensions } = (await okta('GET', '/ResourceTypes/User')).body
    expect(schemaExtensions).toEqual([{ schema: ENTERPRISE, required: false }])
    const gone = `There is no schema "${SNOWFLAKE}": GET /Schemas lists them`
    expectRefused(await okta('GET', `/Schemas/${SNOWFLAKE}`), 404, undefined, gone)
  })

  test('DIS-6 a schema is found by its URN in any letter case, and with its colons encoded', async () => {
    const schema = await get(`/Schemas/${USER_SCHEMA}`)
    expect(schema.id).toBe(USER_SCHEMA)
    expect(await get(`/Schemas/${USER_SCHEMA.toUpperCase()}`)).toEqual(schema)
    expect(await get(`/Schemas/${encodeURIComponent(USER_SCHEMA)}`)).toEqual(schema)
  })

  test('DIS-9 every attribute is described completely, in legal words, without null', async () => {
    const text = JSON.stringify((await okta('GET', '/Schemas')).body)
    expect(text).not.toContain('null')
    const rowsOf = (attributes: Body[]): Body[] =>
      attributes.flatMap((attribute) => [attribute, ...rowsOf(attribute.subAttributes ?? [])])
    const rows = JSON.parse(text).Resources.flatMap(({ attributes }: Body) => rowsOf(attributes))
    expect(rows.length).toBeGreaterThan(80)
    for (const row of rows) {
      expect(row).toMatchObject({
        name: expect.stringMatching(/^(\$ref|[a-zA-Z][\w-]*)$/),
        type: expect.stringMatching(/^(string|boolean|decimal|integer|dateTime|binary|reference|complex)$/),
        multiValued: expect.any(Boolean),
        required: expect.any(Boolean),
        caseExact: expect.any(Boolean),
        mutability: expect.stringMatching(/^(readOnly|readWrite|immutable|writeOnly)$/),
        returned: expect.stringMatching(/^(always|never|default|request)$/),
        uniqueness: expect.stringMatching(/^(none|server|global)$/),
      })
      expect(row.subAttributes !== undefined).toBe(row.type === 'complex')
      expect((row.subAttributes ?? []).map(({ type }: Body) => type)).not.toContain('complex')
      expect(row.referenceTypes !== undefined).toBe(row.type === 'reference')
    }
  })

  test.each([
    [USER_SCHEMA, 'userName', { required: true, caseExact: false, uniqueness: 'server' }],
    [USER_SCHEMA, 'password', { mutability: 'writeOnly', returned: 'never' }],
    [USER_SCHEMA, 'groups', { mutability: 'readOnly' }],
    [USER_SCHEMA, 'externalId', { caseExact: true, uniqueness: 'none' }],
    [ENTERPRISE, 'manager.displayName', { mutability: 'readOnly' }],
    [GROUP, 'displayName', { required: true, caseExact: false, uniqueness: 'server' }],
    [GROUP, 'externalId', { caseExact: true }],
  ])('DIS-10 %s describes %s as %j (RFC 7643 §8.7)', async (urn, path, expected) => {
    const [name, part] = path.split('.')
    const row = (await get(`/Schemas/${urn}`)).attributes.find((one: Body) => one.name === name)
    expect(part ? row.subAttributes.find((one: Body) => one.name === part) : row).toMatchObject(expected)
  })
})

describe('all three', () => {
  test.each([
    ['/ResourceTypes/Robot', 'There is no resource type "Robot": GET /ResourceTypes lists them'],
    ['/ResourceTypes/user', 'There is no resource type "user": GET /ResourceTypes lists them'],
    ['/Schemas/urn:nothing', 'There is no schema "urn:nothing": GET /Schemas lists them'],
  ])('DIS-6 GET %s is 404', async (path, detail) => {
    expectRefused(await request('GET', path), 404, undefined, detail)
  })

  test('DIS-6 ERR-2 there is nothing below /ServiceProviderConfig', async () => {
    expect((await request('GET', '/ServiceProviderConfig/1')).status).toBe(404)
  })

  test.each(['/Schemas', '/ResourceTypes'])('DIS-11 %s ignores paging, sorting and projection', async (path) => {
    const query = 'startIndex=2&count=1&sortBy=id&sortOrder=descending&attributes=name&cursor='
    expect(await get(`${path}?${query}`)).toEqual(await get(path))
  })

  test.each([
    ['/Schemas', '/Schemas'],
    ['/ResourceTypes', '/ResourceTypes'],
    ['/ServiceProviderConfig', '/ServiceProviderConfig'],
  ])('DIS-11 a filter on %s is refused with 403', async (path, route) => {
    const answer = await request('GET', `${path}?filter=${encodeURIComponent('name eq "User"')}`)
    expectRefused(answer, 403, undefined, `Cannot filter ${route}: leave the filter out, the answer is short`)
  })

  test.each(
    ['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', `/Schemas/${USER_SCHEMA}`].flatMap(
      (path) => ['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, path]),
    ),
  )('DIS-12 %s %s is 405', async (method, path) => {
    const answer = await request(method as string, path as string, method === 'DELETE' ? undefined : {})
    expectRefused(answer, 405, undefined, /^Cannot (POST|PUT|PATCH|DELETE) \/.+: this endpoint offers GET$/)
    expect(answer.headers.allow).toBe('GET')
  })
})
