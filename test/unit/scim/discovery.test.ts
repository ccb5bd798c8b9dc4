import { describe, expect, test } from 'vitest'
import {
  presentResourceType,
  presentResourceTypes,
  presentSchema,
  presentSchemas,
  requireResourceType,
  requireSchema,
  serviceProviderConfig,
} from '../../../shared/scim/discovery.ts'
import { notFound } from '../../../shared/scim/error.ts'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import { CORE_GROUP } from '../../../shared/scim/schemas/core-group.ts'
import { CORE_USER } from '../../../shared/scim/schemas/core-user.ts'
import { ENTERPRISE_USER } from '../../../shared/scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../../../shared/scim/schemas/snowflake-user.ts'

const base = 'https://example.com/scim/v2'
const generic = resourceTypes('GENERIC')
const okta = resourceTypes('OKTA')

interface Row {
  name: string
  type: string
  subAttributes?: Row[]
  [characteristic: string]: unknown
}

function rows(urn: string, types = generic): Row[] {
  return presentSchema(requireSchema(types, urn), base).attributes as Row[]
}

function row(urn: string, path: string, types = generic): Row | undefined {
  const [name, part] = path.split('.')
  const found = rows(urn, types).find((candidate) => candidate.name === name)
  return part ? found?.subAttributes?.find((candidate) => candidate.name === part) : found
}

test('ServiceProviderConfig says what is offered (DIS-1, DIS-2, DIS-3, DIS-4, DIS-5, DIS-13)', () => {
  expect(serviceProviderConfig(base, { syncPassword: false })).toEqual({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 100, maxPayloadSize: 1_048_576 },
    filter: { supported: true, maxResults: 1000 },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 1000,
      cursorTimeout: 600,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A bearer token issued by an administrator for one integration, valid for six months',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
      {
        type: 'oauth2',
        name: 'OAuth 2.0 client credentials',
        description:
          'An access token for an hour, from the token endpoint of this service, for clients that an administrator enabled',
        specUri: 'https://www.rfc-editor.org/info/rfc6749',
        primary: false,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  })
})

describe('ResourceTypes', () => {
  test('describe users and groups (DIS-6, DIS-7, DIS-13)', () => {
    expect(presentResourceTypes(generic, base)).toEqual([
      {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
        id: 'User',
        name: 'User',
        endpoint: '/Users',
        description: 'User Account',
        schema: CORE_USER,
        schemaExtensions: [
          { schema: ENTERPRISE_USER, required: false },
          { schema: SNOWFLAKE_USER, required: false },
        ],
        meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/User` },
      },
      {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
        id: 'Group',
        name: 'Group',
        endpoint: '/Groups',
        description: 'Group',
        schema: CORE_GROUP,
        schemaExtensions: [],
        meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/Group` },
      },
    ])
  })

  test('are found by name; an unknown one is 404 (DIS-6)', () => {
    expect(presentResourceType(requireResourceType(generic, 'Group'), base).endpoint).toBe('/Groups')
    expect(() => requireResourceType(generic, 'Robot')).toThrow(
      expect.objectContaining({
        status: 404,
        scimType: undefined,
        message: 'There is no resource type "Robot": GET /ResourceTypes lists them',
      }),
    )
  })
})

describe('Schemas', () => {
  test('cover every schema and extension of the resource types, each once (DIS-8, DIS-13)', () => {
    const schemas = presentSchemas(generic, base)
    expect(schemas.map(({ id, schemas: urns, meta }) => [id, urns, meta])).toEqual(
      [CORE_USER, ENTERPRISE_USER, SNOWFLAKE_USER, CORE_GROUP].map((urn) => [
        urn,
        ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
        { resourceType: 'Schema', location: `${base}/Schemas/${urn}` },
      ]),
    )
  })

  test('are found by URN in any letter case; an unknown one is 404 (DIS-6)', () => {
    expect(requireSchema(generic, CORE_USER.toUpperCase()).id).toBe(CORE_USER)
    expect(() => requireSchema(generic, 'urn:x')).toThrow(
      expect.objectContaining({
        status: 404,
        scimType: undefined,
        message: 'There is no schema "urn:x": GET /Schemas lists them',
      }),
    )
  })

  test('spell every characteristic with a legal keyword and nothing of ours (DIS-9)', () => {
    const all = (list: Row[]): Row[] => list.flatMap((one) => [one, ...all(one.subAttributes ?? [])])
    const everyRow = presentSchemas(okta, base).flatMap(({ attributes }) => all(attributes as Row[]))
    const legal = expect.objectContaining({
      type: expect.stringMatching(/^(string|boolean|decimal|integer|dateTime|binary|reference|complex)$/),
      multiValued: expect.any(Boolean),
      description: expect.stringMatching(/./),
      required: expect.any(Boolean),
      caseExact: expect.any(Boolean),
      mutability: expect.stringMatching(/^(readOnly|readWrite|immutable|writeOnly)$/),
      returned: expect.stringMatching(/^(always|never|default|request)$/),
      uniqueness: expect.stringMatching(/^(none|server|global)$/),
    })
    for (const one of everyRow) expect(one).toEqual(legal)
    const own = ['identifier', 'allowedValues', 'defaultValue', 'aliasOf']
    expect(everyRow.filter((one) => own.some((name) => name in one))).toEqual([])
    expect(JSON.stringify(everyRow)).not.toContain('null')
  })

  test('give complex attributes sub-attributes, never complex ones (DIS-9)', () => {
    for (const { attributes } of presentSchemas(okta, base)) {
      for (const one of attributes as Row[]) {
        expect(one.type === 'complex').toBe(one.subAttributes !== undefined)
        expect((one.subAttributes ?? []).filter((part) => part.type === 'complex')).toEqual([])
      }
    }
  })

  test.each([
    [CORE_USER, 'userName', { required: true, caseExact: false, uniqueness: 'server', mutability: 'readWrite' }],
    [CORE_USER, 'password', { mutability: 'writeOnly', returned: 'never' }],
    [CORE_USER, 'groups', { mutability: 'readOnly', multiValued: true }],
    [CORE_USER, 'externalId', { caseExact: true, required: false }],
    [CORE_USER, 'active', { type: 'boolean' }],
    [CORE_USER, 'emails.primary', { type: 'boolean' }],
    [CORE_USER, 'x509Certificates.value', { type: 'binary', caseExact: true }],
    [CORE_USER, 'photos.value', { type: 'reference', referenceTypes: ['external'] }],
    [CORE_GROUP, 'displayName', { required: true, uniqueness: 'server' }],
    [CORE_GROUP, 'externalId', { caseExact: true }],
    [CORE_GROUP, 'members.$ref', { type: 'reference', referenceTypes: ['User'], mutability: 'immutable' }],
    [ENTERPRISE_USER, 'manager.displayName', { mutability: 'readOnly' }],
    [SNOWFLAKE_USER, 'type', { canonicalValues: ['person', 'service', 'service_agent', 'legacy_service'] }],
  ])('%s says of %s %j (DIS-10)', (urn, path, expected) => {
    expect(row(urn, path)).toEqual(expect.objectContaining(expected))
  })

  test('hold every attribute of RFC 7643 §8.7.1 for a user (DIS-8)', () => {
    expect(rows(CORE_USER).map(({ name }) => name)).toEqual([
      'externalId',
      'userName',
      'name',
      'displayName',
      'nickName',
      'profileUrl',
      'title',
      'userType',
      'preferredLanguage',
      'locale',
      'timezone',
      'active',
      'password',
      'emails',
      'phoneNumbers',
      'ims',
      'photos',
      'addresses',
      'groups',
      'entitlements',
      'roles',
      'x509Certificates',
    ])
  })

  test("describe Snowflake's attributes under the enterprise URN for Okta alone (SNO-1)", () => {
    expect(row(ENTERPRISE_USER, 'defaultRole')).toBeUndefined()
    expect(row(ENTERPRISE_USER, 'defaultRole', okta)).toEqual(row(SNOWFLAKE_USER, 'defaultRole'))
  })

  test("name only extensions that answers use: Okta never sees Snowflake's own (DIS-14)", () => {
    const named = (types: typeof okta) => [
      presentResourceType(types.User, base).schemaExtensions,
      presentSchemas(types, base).map(({ id }) => id),
    ]
    const enterprise = { schema: ENTERPRISE_USER, required: false }
    expect(named(okta)).toEqual([[enterprise], [CORE_USER, ENTERPRISE_USER, CORE_GROUP]])
    expect(named(generic)).toEqual([
      [enterprise, { schema: SNOWFLAKE_USER, required: false }],
      [CORE_USER, ENTERPRISE_USER, SNOWFLAKE_USER, CORE_GROUP],
    ])
    expect(() => requireSchema(okta, SNOWFLAKE_USER)).toThrow(
      notFound(`There is no schema "${SNOWFLAKE_USER}": GET /Schemas lists them`),
    )
  })
})
