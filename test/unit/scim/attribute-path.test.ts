import { describe, expect, test } from 'vitest'
import {
  expectedName,
  formatAttributePath,
  getAttribute,
  listValues,
  type ResolvedPath,
  resolveAttributePath,
} from '../../../shared/scim/attribute-path.ts'
import { invalidFilter, invalidPath, invalidValue } from '../../../shared/scim/error.ts'
import { parseFilter } from '../../../shared/scim/filter/parser.ts'
import { PATCH_OP } from '../../../shared/scim/patch/patch-op.ts'
import { parsePatch } from '../../../shared/scim/patch/request.ts'
import { parseProjection } from '../../../shared/scim/project.ts'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import type { Attribute, Attributes } from '../../../shared/scim/schema.ts'
import { ENTERPRISE_USER } from '../../../shared/scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../../../shared/scim/schemas/snowflake-user.ts'
import { parseSort } from '../../../shared/scim/sort.ts'

const { User, Group } = resourceTypes('GENERIC')

function spell(path: ResolvedPath | undefined): string | undefined {
  if (!path) return undefined
  return path.attribute ? formatAttributePath(path) : path.extension.id
}

describe('resolveAttributePath()', () => {
  test.each([
    ['userName', 'userName'],
    ['USERNAME', 'userName'],
    ['name.FamilyName', 'name.familyName'],
    ['emails.type', 'emails.type'],
    ['id', 'id'],
    ['externalId', 'externalId'],
    ['schemas', 'schemas'],
    ['meta.lastmodified', 'meta.lastModified'],
    ['members', undefined],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'userName'],
    ['URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER:name.givenName', 'name.givenName'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:meta.created', 'meta.created'],
    ['urn:ietf:params:scim:schemas:core:2.0:User.userName', 'userName'],
    [ENTERPRISE_USER, ENTERPRISE_USER],
    [ENTERPRISE_USER.toUpperCase(), ENTERPRISE_USER],
    [`${ENTERPRISE_USER}:department`, `${ENTERPRISE_USER}:department`],
    [`${ENTERPRISE_USER}:manager.value`, `${ENTERPRISE_USER}:manager.value`],
    [`${ENTERPRISE_USER}.manager.displayName`, `${ENTERPRISE_USER}:manager.displayName`],
    [`${SNOWFLAKE_USER}.defaultRole`, `${SNOWFLAKE_USER}:defaultRole`],
    [`${SNOWFLAKE_USER}:defaultrole`, `${SNOWFLAKE_USER}:defaultRole`],
    ['department', `${ENTERPRISE_USER}:department`],
    ['MANAGER.value', `${ENTERPRISE_USER}:manager.value`],
    ['type', `${SNOWFLAKE_USER}:type`],
    ['displayName', 'displayName'],
    ['manager.first', undefined],
    ['urn:ietf:params:scim:schemas:core:2.0:User:department', undefined],
    [`${ENTERPRISE_USER}:userName`, undefined],
    [`${ENTERPRISE_USER}:`, undefined],
    [`${ENTERPRISE_USER}x:department`, undefined],
    ['urn:ietf:params:scim:schemas:core:2.0:User', undefined],
    ['urn:ietf:params:scim:schemas:core:2.0:Group:displayName', undefined],
    ['userName.value', undefined],
    ['name.first', undefined],
    ['emails.value.x', undefined],
    ['emails[0]', undefined],
    ['/userName', undefined],
    ['', undefined],
    ['.', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
    ['name.__proto__', undefined],
    ['toString.name', undefined],
  ])('reads %s as %s of User (FIL-7, RES-5, PAT-3, MED-6)', (text, expected) => {
    expect(spell(resolveAttributePath(User, text))).toBe(expected)
  })

  test('a short name that Okta sees under another URN leads there (RES-14, SNO-1)', () => {
    const okta = resourceTypes('OKTA').User
    expect(spell(resolveAttributePath(okta, 'defaultRole'))).toBe(`${ENTERPRISE_USER}:defaultRole`)
    expect(expectedName(okta, 'defaultRole')).toBeUndefined()
  })

  test('a short name that two extensions have means neither, and a core one is never theirs (RES-14)', () => {
    const row = (name: string) => ({ ...(User.schema.attributes[0] as Attribute), name })
    const extension = (id: string, ...names: string[]) => ({
      schema: { id, name: id, description: id, attributes: names.map(row) },
      required: false,
    })
    const type = { ...User, extensions: [extension('urn:a', 'rank', 'title'), extension('urn:b', 'rank', 'grade')] }
    const read = ['rank', 'grade', 'title', 'urn:b:rank'].map((text) => spell(resolveAttributePath(type, text)))
    expect(read).toEqual([undefined, 'urn:b:grade', 'title', 'urn:b:rank'])
    const expected = 'a name with its URN, such as "urn:a:rank", since several extensions have it'
    expect(expectedName(type, 'rank')).toBe(expected)
    expect(expectedName(type, 'unknown')).toBeUndefined()
    const patched = { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'rank', value: 'x' }] }
    expect(() => parsePatch(type, patched)).toThrow(invalidPath(`Cannot add "rank": expected ${expected}`))
    const inValue = { schemas: [PATCH_OP], Operations: [{ op: 'add', value: { rank: 'x' } }] }
    expect(parsePatch(type, inValue)).toEqual([])
    expect(() => parseSort(type, 'rank')).toThrow(invalidValue(`Cannot sort by "rank": expected ${expected}`))
    expect(() => parseFilter('rank pr', type)).toThrow(
      invalidFilter(`Cannot read filter "rank pr": expected ${expected} at character 1, found "rank pr"`),
    )
    expect(parseProjection(type, { attributes: 'rank' })).toEqual({ mode: 'only', named: new Map() })
  })

  test('reads members.value and displayName of Group', () => {
    expect(spell(resolveAttributePath(Group, 'MEMBERS.value'))).toBe('members.value')
    expect(spell(resolveAttributePath(Group, 'urn:ietf:params:scim:schemas:core:2.0:Group:displayName'))).toBe(
      'displayName',
    )
  })

  test("takes Snowflake's URN to where an Okta integration sees the attribute (SNO-1)", () => {
    const okta = resourceTypes('OKTA').User
    expect(spell(resolveAttributePath(okta, `${SNOWFLAKE_USER}:defaultRole`))).toBe(`${ENTERPRISE_USER}:defaultRole`)
    expect(spell(resolveAttributePath(okta, `${ENTERPRISE_USER}.defaultRole`))).toBe(`${ENTERPRISE_USER}:defaultRole`)
  })
})

describe('listValues()', () => {
  const user: Attributes = {
    userName: 'ann',
    emails: [{ type: 'work', value: 'a@x' }, { value: 'b@x' }],
    name: { givenName: 'Ann' },
    [ENTERPRISE_USER]: { department: 'IT' },
  }
  const valuesAt = (text: string) => {
    const path = resolveAttributePath(User, text)
    return path?.attribute && listValues(user, path)
  }

  test.each([
    ['userName', ['ann']],
    ['name.givenName', ['Ann']],
    ['name.familyName', [undefined]],
    ['title', []],
    ['photos.value', []],
    ['emails.type', ['work', undefined]],
    ['emails', user.emails],
    [`${ENTERPRISE_USER}:department`, ['IT']],
    [`${SNOWFLAKE_USER}:type`, []],
  ])('finds what a user has at %s', (text, expected) => {
    expect(valuesAt(text)).toEqual(expected)
  })

  test('getAttribute() looks into the right container', () => {
    const path = resolveAttributePath(User, `${ENTERPRISE_USER}:department`)
    expect(path?.attribute && getAttribute(user, path)).toBe('IT')
  })
})
