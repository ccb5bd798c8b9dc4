import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toEtag } from '../../../shared/scim/etag.ts'
import {
  toClientAttributes,
  toScimResource,
  toStoredAttributes,
  withDefaults,
} from '../../../shared/scim/representation.ts'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import type { Attributes } from '../../../shared/scim/schema.ts'
import { CORE_GROUP } from '../../../shared/scim/schemas/core-group.ts'
import { CORE_USER } from '../../../shared/scim/schemas/core-user.ts'
import { ENTERPRISE_USER } from '../../../shared/scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../../../shared/scim/schemas/snowflake-user.ts'

const { User, Group } = resourceTypes('AZURE')
const okta = resourceTypes('OKTA').User
const stored = {
  userName: 'bj',
  [ENTERPRISE_USER]: { division: 'D' },
  [SNOWFLAKE_USER]: { defaultRole: 'R', type: 'person' },
}
const shown = { userName: 'bj', [ENTERPRISE_USER]: { division: 'D', defaultRole: 'R', type: 'person' } }
const envelope = {
  id: 'u1',
  created: '2026-01-01T00:00:00.000Z',
  lastModified: '2026-01-02T00:00:00.000Z',
  version: 3,
  location: 'https://x/scim/v2/Users/u1',
}

describe('aliases', () => {
  test("Okta sees Snowflake's attributes under the enterprise URN only (SNO-1)", () => {
    expect(toClientAttributes(okta, stored)).toEqual(shown)
    expect(toStoredAttributes(okta, shown)).toEqual(stored)
  })

  test('an extension that loses its last attribute goes away', () => {
    expect(toClientAttributes(okta, { [SNOWFLAKE_USER]: { defaultRole: 'R' } })).toEqual({
      [ENTERPRISE_USER]: { defaultRole: 'R' },
    })
    expect(toStoredAttributes(okta, { [ENTERPRISE_USER]: { defaultRole: 'R' } })).toEqual({
      [SNOWFLAKE_USER]: { defaultRole: 'R' },
    })
  })

  test('a value under the true URN wins over its alias', () => {
    const client = { [ENTERPRISE_USER]: { defaultRole: 'ALIAS' }, [SNOWFLAKE_USER]: { defaultRole: 'TRUE' } }
    expect(toStoredAttributes(okta, client)).toEqual({ [SNOWFLAKE_USER]: { defaultRole: 'TRUE' } })
  })

  test('what Okta is shown comes back as it was stored, whatever it is', () => {
    const names = (...list: string[]) =>
      fc.dictionary(fc.constantFrom(...list), fc.string(), { minKeys: 1, noNullPrototype: true })
    const any = fc.record(
      {
        title: fc.string(),
        [ENTERPRISE_USER]: names('division', 'department'),
        [SNOWFLAKE_USER]: names('type', 'defaultRole'),
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    return fc.assert(
      fc.property(any, (attributes) => {
        const client = toClientAttributes(okta, attributes as Attributes)
        expect(client[SNOWFLAKE_USER]).toBeUndefined()
        expect(toStoredAttributes(okta, client)).toEqual(attributes)
      }),
    )
  })

  test('other clients see what is stored', () => {
    expect(toClientAttributes(User, stored)).toEqual(stored)
    expect(toStoredAttributes(User, stored)).toEqual(stored)
  })

  test('nothing that was passed in changes', () => {
    const before = structuredClone(stored)
    toClientAttributes(okta, stored)
    toStoredAttributes(okta, shown)
    withDefaults(User, stored)
    expect(stored).toEqual(before)
  })
})

describe('withDefaults()', () => {
  test('fills type with person where it is missing (SNO-1)', () => {
    expect(withDefaults(User, { userName: 'bj' })).toEqual({
      ...{ userName: 'bj', active: true },
      [SNOWFLAKE_USER]: { type: 'person' },
    })
    expect(withDefaults(User, { [SNOWFLAKE_USER]: { defaultRole: 'R' } })).toEqual({
      active: true,
      [SNOWFLAKE_USER]: { defaultRole: 'R', type: 'person' },
    })
  })

  test('leaves a value alone that is there', () => {
    const attributes = { active: false, [SNOWFLAKE_USER]: { type: 'service' } }
    expect(withDefaults(User, attributes)).toEqual(attributes)
  })

  test('a PUT leaves active as it was, and type goes back to person (RES-16, SNO-1)', () => {
    const before = { userName: 'bj', active: false, [SNOWFLAKE_USER]: { type: 'service' } }
    expect(withDefaults(User, { userName: 'bj' }, before)).toEqual({
      ...{ userName: 'bj', active: false },
      [SNOWFLAKE_USER]: { type: 'person' },
    })
    expect(withDefaults(User, { userName: 'bj', active: true }, before)).toMatchObject({ active: true })
    expect(withDefaults(User, { userName: 'bj' }, { userName: 'bj' })).toMatchObject({ active: true })
  })

  test('fills no type for Okta, and nothing for groups', () => {
    expect(withDefaults(okta, { userName: 'bj' })).toEqual({ userName: 'bj', active: true })
    expect(withDefaults(Group, { displayName: 'Ops' })).toEqual({ displayName: 'Ops' })
  })
})

describe('toScimResource()', () => {
  test('orders attributes as the schema does and names the extensions that have data (RES-2, RES-7)', () => {
    const attributes = {
      [SNOWFLAKE_USER]: { type: 'person' },
      [ENTERPRISE_USER]: {},
      emails: [{ type: 'work', value: 'b@x' }],
      name: { givenName: 'B', familyName: 'J' },
      userName: 'bj',
      externalId: 'e1',
      password: 'secret',
    }
    const groups = [{ type: 'direct', display: 'Ops', value: 'g1' }]
    expect(JSON.stringify(toScimResource(User, { ...envelope, attributes, derived: { groups } }))).toBe(
      JSON.stringify({
        schemas: [CORE_USER, SNOWFLAKE_USER],
        id: 'u1',
        externalId: 'e1',
        userName: 'bj',
        name: { familyName: 'J', givenName: 'B' },
        active: true,
        emails: [{ value: 'b@x', type: 'work' }],
        groups: [{ value: 'g1', display: 'Ops', type: 'direct' }],
        [SNOWFLAKE_USER]: { type: 'person' },
        meta: {
          resourceType: 'User',
          created: '2026-01-01T00:00:00.000Z',
          lastModified: '2026-01-02T00:00:00.000Z',
          location: 'https://x/scim/v2/Users/u1',
          version: toEtag(3, groups),
        },
      }),
    )
  })

  test('a user that was stored without active counts as active (RES-16)', () => {
    const active = (attributes: Attributes) => toScimResource(User, { ...envelope, attributes }).active
    expect([active({ userName: 'bj' }), active({ userName: 'bj', active: false })]).toEqual([true, false])
  })

  test('never shows a password (RES-8)', () => {
    const resource = toScimResource(User, { ...envelope, attributes: { userName: 'bj', password: 'secret' } })
    expect(Object.keys(resource)).toEqual(['schemas', 'id', 'userName', 'active', 'meta'])
  })

  test('shows an empty group with no members', () => {
    const parts = { ...envelope, attributes: { displayName: 'Ops' }, derived: { members: [] } }
    expect(toScimResource(Group, parts)).toEqual({
      schemas: [CORE_GROUP],
      id: 'u1',
      displayName: 'Ops',
      members: [],
      meta: expect.objectContaining({ resourceType: 'Group' }),
    })
  })

  test('names one extension for Okta', () => {
    const resource = toScimResource(okta, { ...envelope, attributes: stored })
    expect(resource.schemas).toEqual([CORE_USER, ENTERPRISE_USER])
    expect(resource[ENTERPRISE_USER]).toEqual({ division: 'D', defaultRole: 'R', type: 'person' })
  })
})
