import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isReturned, parseProjection, project } from '../../../shared/scim/project.ts'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import type { Attribute, Attributes, ResourceType } from '../../../shared/scim/schema.ts'
import { CORE_USER } from '../../../shared/scim/schemas/core-user.ts'
import { attribute, complex } from '../../../shared/scim/schemas/define.ts'
import { ENTERPRISE_USER } from '../../../shared/scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../../../shared/scim/schemas/snowflake-user.ts'

const { User, Group } = resourceTypes('GENERIC')
const meta = { resourceType: 'User', created: 'c', lastModified: 'm', location: 'l', version: 'W/"1"' }
const least: Attributes = { schemas: [CORE_USER, ENTERPRISE_USER], id: 'u1' }
const user: Attributes = {
  schemas: [CORE_USER, ENTERPRISE_USER],
  id: 'u1',
  externalId: 'e1',
  userName: 'bj',
  name: { familyName: 'J', givenName: 'B' },
  emails: [{ value: 'a@x', type: 'work' }, { value: 'b@x' }, { display: 'c' }],
  groups: [],
  [ENTERPRISE_USER]: { division: 'D', manager: { value: 'm', displayName: 'Boss' } },
  meta,
}
const only = (attributes: string | string[]) => project(User, user, parseProjection(User, { attributes }))
const without = (names: string | string[]) => project(User, user, parseProjection(User, { excludedAttributes: names }))

function minus(...names: string[]): Attributes {
  return Object.fromEntries(Object.entries(user).filter(([name]) => !names.includes(name)))
}

describe('project() with attributes', () => {
  test.each<[string, string | string[], Attributes]>([
    ['one name', 'userName', { ...least, userName: 'bj' }],
    ['names with blanks, in any case', ' USERNAME , externalid', { ...least, userName: 'bj', externalId: 'e1' }],
    ['an array', ['userName', 'meta'], { ...least, userName: 'bj', meta }],
    ['a qualified name', `${CORE_USER}:userName`, { ...least, userName: 'bj' }],
    ['a sub-attribute', 'name.givenName', { ...least, name: { givenName: 'B' } }],
    ['two sub-attributes', 'name.givenName,name.familyName', { ...least, name: { givenName: 'B', familyName: 'J' } }],
    ['an attribute and its sub-attribute', 'name.givenName,name', { ...least, name: user.name as Attributes }],
    ['a sub-attribute of several values', 'emails.value', { ...least, emails: [{ value: 'a@x' }, { value: 'b@x' }] }],
    ['a sub-attribute no value has', 'emails.primary', least],
    ['a sub-attribute of no values', 'groups.value', { ...least, groups: [] }],
    ['meta.location', 'meta.location', { ...least, meta: { location: 'l' } }],
    ['a bare extension URN', ENTERPRISE_USER, { ...least, [ENTERPRISE_USER]: user[ENTERPRISE_USER] as Attributes }],
    ['an extension attribute', `${ENTERPRISE_USER}:division`, { ...least, [ENTERPRISE_USER]: { division: 'D' } }],
    [
      'a sub-attribute in an extension',
      `${ENTERPRISE_USER}:manager.displayName`,
      { ...least, [ENTERPRISE_USER]: { manager: { displayName: 'Boss' } } },
    ],
    ['the bare core URN', CORE_USER, minus('externalId', 'meta', ENTERPRISE_USER)],
    ['an extension without data', SNOWFLAKE_USER, least],
    ['unknown names only', 'foo,bar.baz,urn:x:y', least],
    ['the password', 'password', least],
    ['prototype names', '__proto__,constructor', least],
    ['nothing but commas', ' , ', user],
  ])('shows the minimum and %s (PRJ-1, PRJ-2, PRJ-3)', (_name, attributes, expected) => {
    expect(only(attributes)).toEqual(expected)
  })
})

test("a bare extension URN selects the extension's attributes where Okta sees them (SNO-1)", () => {
  const okta = resourceTypes('OKTA').User
  const resource = { ...least, [ENTERPRISE_USER]: { division: 'D', defaultRole: 'R' } }
  const show = (input: Parameters<typeof parseProjection>[1]) => project(okta, resource, parseProjection(okta, input))
  expect(show({ attributes: SNOWFLAKE_USER })).toEqual({ ...least, [ENTERPRISE_USER]: { defaultRole: 'R' } })
  expect(show({ excludedAttributes: SNOWFLAKE_USER })).toEqual({ ...least, [ENTERPRISE_USER]: { division: 'D' } })
})

describe('project() with excludedAttributes', () => {
  test.each<[string, string | string[], Attributes]>([
    ['one attribute', 'groups', minus('groups')],
    ['several', ['name', 'META'], minus('name', 'meta')],
    ['a sub-attribute', 'name.givenName', { ...user, name: { familyName: 'J' } }],
    ['all sub-attributes', 'name.givenName,name.familyName', minus('name')],
    ['a sub-attribute of several values', 'emails.value', { ...user, emails: [{ type: 'work' }, { display: 'c' }] }],
    ['an extension', ENTERPRISE_USER, minus(ENTERPRISE_USER)],
    ['an extension attribute', `${ENTERPRISE_USER}:manager`, { ...user, [ENTERPRISE_USER]: { division: 'D' } }],
    ['what is always returned', 'id,schemas', user],
    ['an unknown name', 'foo', user],
  ])('shows all but %s (PRJ-1, PRJ-4, RES-8)', (_name, excluded, expected) => {
    expect(without(excluded)).toEqual(expected)
  })
})

describe('parseProjection()', () => {
  test('refuses both parameters together (PRJ-3)', () => {
    expect(() => parseProjection(User, { attributes: 'userName', excludedAttributes: ['name'] })).toThrow(
      expect.objectContaining({
        status: 400,
        scimType: 'invalidValue',
        message: 'Cannot use attributes together with excludedAttributes: send one of them',
      }),
    )
  })

  test.each<[string, { attributes?: string; excludedAttributes?: string }, boolean]>([
    ['by default', {}, true],
    ['when excluded', { excludedAttributes: 'members' }, false],
    ['when a part is excluded', { excludedAttributes: 'members.display' }, true],
    ['when something else is excluded', { excludedAttributes: 'displayName' }, true],
    ['when named', { attributes: 'displayName,members' }, true],
    ['when a part is named', { attributes: 'members.value' }, true],
    ['when only something else is named', { attributes: 'displayName' }, false],
    ['when only an unknown name is asked for', { attributes: 'foo' }, false],
  ])('members: %s isReturned() answers %s (PRJ-4)', (_name, input, expected) => {
    expect(isReturned(parseProjection(Group, input), 'members')).toBe(expected)
  })
})

describe('project() and the returned characteristic', () => {
  const rows: Attribute[] = [
    attribute('never', '', { returned: 'never' }),
    attribute('always', '', { returned: 'always' }),
    attribute('request', '', { returned: 'request' }),
    complex('parts', '', [
      attribute('plain', ''),
      attribute('never', '', { returned: 'never' }),
      attribute('always', '', { returned: 'always' }),
      attribute('request', '', { returned: 'request' }),
    ]),
  ]
  const type: ResourceType = { ...User, schema: { ...User.schema, attributes: rows }, extensions: [] }
  const values = { never: 'n', always: 'a', request: 'r' }
  const resource = { ...values, parts: { plain: 'p', ...values } }
  const show = (input: Parameters<typeof parseProjection>[1]) => project(type, resource, parseProjection(type, input))

  test.each<[Parameters<typeof parseProjection>[1], Attributes]>([
    [{}, { always: 'a', parts: { plain: 'p', always: 'a' } }],
    [{ attributes: 'request,never' }, { always: 'a', request: 'r' }],
    [{ attributes: 'parts' }, { always: 'a', parts: { plain: 'p', always: 'a' } }],
    [{ attributes: 'parts.request,parts.never' }, { always: 'a', parts: { always: 'a', request: 'r' } }],
    [{ excludedAttributes: 'always,parts.always,parts.plain' }, { always: 'a', parts: { always: 'a' } }],
  ])('%j shows what RFC 7643 §7 says', (input, expected) => {
    expect(show(input)).toEqual(expected)
  })
})

test('a projection is part of the resource, and holds id and schemas, whatever is named', () => {
  const name = fc.constantFrom(
    'id',
    'userName',
    'name',
    'name.givenName',
    'emails.type',
    ENTERPRISE_USER,
    'meta',
    'x',
    'emails',
  )
  return fc.assert(
    fc.property(fc.array(name), fc.boolean(), (names, excluded) => {
      const shown = excluded ? without(names) : only(names)
      expect(isPart(shown, user)).toBe(true)
      expect(shown).toMatchObject(least)
    }),
  )
})

function isPart(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part) && Array.isArray(whole)) return part.every((one) => whole.some((other) => isPart(one, other)))
  if (typeof part !== 'object' || part === null) return part === whole
  return Object.entries(part).every(([name, value]) => isPart(value, (whole as Record<string, unknown>)[name]))
}
