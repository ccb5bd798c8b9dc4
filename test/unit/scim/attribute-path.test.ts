import { describe, expect, test } from 'vitest'
import {
  formatAttributePath,
  getAttribute,
  listValues,
  type ResolvedPath,
  resolveAttributePath,
} from '../../../shared/scim/attribute-path.ts'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import type { Attributes } from '../../../shared/scim/schema.ts'
import { ENTERPRISE_USER } from '../../../shared/scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../../../shared/scim/schemas/snowflake-user.ts'

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
    ['department', undefined],
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
