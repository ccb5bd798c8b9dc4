import { describe, expect, test } from 'vitest'
import { matchesFilter } from '../../../../shared/scim/filter/match.ts'
import { parseFilter } from '../../../../shared/scim/filter/parser.ts'
import { resourceTypes } from '../../../../shared/scim/resource-types.ts'
import type { ScimResource } from '../../../../shared/scim/schema.ts'
import { ENTERPRISE_USER } from '../../../../shared/scim/schemas/enterprise-user.ts'
import { SNOWFLAKE_USER } from '../../../../shared/scim/schemas/snowflake-user.ts'

const { User, Group } = resourceTypes('GENERIC')

const user: ScimResource = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE_USER, SNOWFLAKE_USER],
  id: '0190f1e2-AbC',
  externalId: 'Ext-1',
  userName: 'Björn.Straße@Example.com',
  name: { familyName: 'Jensen', givenName: 'Björn' },
  displayName: '.*',
  title: '',
  active: true,
  emails: [
    { type: 'work', value: 'bj@Example.com', primary: true },
    { type: 'home', value: 'bj@home.example' },
    { value: 'bare@example.org' },
  ],
  groups: [{ value: 'g1', display: 'Ops', type: 'direct' }],
  [ENTERPRISE_USER]: { department: 'Tour Operations', manager: { value: 'M-1' } },
  [SNOWFLAKE_USER]: { type: 'person' },
  meta: {
    resourceType: 'User',
    created: '2026-01-31T08:00:00.5Z',
    lastModified: '2026-02-01T08:00:00Z',
    location: 'https://example.com/scim/v2/Users/0190f1e2-AbC',
    version: 'W/"3"',
  },
}

const matches = (text: string) => matchesFilter(parseFilter(text, User), user)

describe('matchesFilter()', () => {
  test.each([
    'userName eq "BJÖRN.STRASSE@example.COM"',
    'userName co "straße"',
    'userName sw "björn"',
    'userName ew "EXAMPLE.com"',
    'userName gt "a" and userName lt "c"',
    'userName ge "björn.strasse@example.com" and userName le "BJÖRN.strasse@example.com"',
    'id eq "0190f1e2-AbC"',
    'externalId sw "Ext"',
    'meta.resourceType eq "User"',
    'meta.version eq "W/\\"3\\""',
    'displayName eq ".*"',
    'name.familyName co "ENS"',
    `${ENTERPRISE_USER}:manager.value eq "M-1"`,
    `${ENTERPRISE_USER}:manager eq "M-1"`,
    `${ENTERPRISE_USER}.department eq "tour operations"`,
    `schemas eq "${ENTERPRISE_USER}"`,
  ])('%s (FIL-2, FIL-7)', (text) => {
    expect(matches(text)).toBe(true)
  })

  test.each([
    'id eq "0190F1E2-ABC"',
    'externalId eq "ext-1"',
    'meta.resourceType eq "user"',
    `${ENTERPRISE_USER}:manager.value eq "m-1"`,
    'displayName co "x"',
    'displayName sw "."  and displayName ew "."',
  ])('not %s (FIL-2, FIL-16)', (text) => {
    expect(matches(text)).toBe(false)
  })

  test.each([
    ['meta.created eq "2026-01-31T09:00:00.500+01:00"', true],
    ['meta.created eq "2026-01-31T08:00:00.5000000Z"', true],
    ['meta.created gt "2026-01-31T08:00:00Z"', true],
    ['meta.created lt "2026-01-31T08:00:00.5000100Z"', true],
    ['meta.created ge "2026-01-31T08:00:00.5Z"', true],
    ['meta.lastModified le "2026-02-01T03:00:00-05:00"', true],
    ['meta.created ne "2026-01-31T08:00:00.50Z"', false],
  ])('compares instants: %s is %s (FIL-3)', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  test.each([
    ['emails co "HOME"', true],
    ['emails.type eq "WORK"', true],
    ['emails.type ne "work"', true],
    ['emails[type eq "work" and value co "home"]', false],
    ['emails[type eq "home" and value co "home"]', true],
    ['emails.type eq "work" and emails.value co "home"', true],
    ['emails[not (type pr)]', true],
    ['emails[type eq "x" or primary eq true]', true],
    ['emails[primary eq "TRUE"].value eq "BJ@example.com"', true],
    ['emails[primary eq true].value eq "bj@home.example"', false],
    ['emails[type eq "home"].display pr', false],
    ['not (emails[type eq "other"])', true],
    ['photos[not (type pr)]', false],
    ['name[familyName eq "jensen" and givenName pr]', true],
    ['groups.value eq "g1"', true],
    ['groups eq "g1" and groups[display eq "OPS"]', true],
  ])('binds terms to one element: %s is %s (FIL-6, FIL-12)', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  test.each([
    ['nickName pr', false],
    ['nickName ne "x"', true],
    ['not (nickName eq "x")', true],
    ['nickName eq null', true],
    ['nickName ne null', false],
    ['title pr', false],
    ['title eq ""', true],
    ['title eq null', false],
    ['userName ne null', true],
    ['photos pr', false],
    ['photos eq null', true],
    ['photos.type ne "x"', true],
    ['emails eq null', false],
    ['emails ne null', true],
    ['name pr', true],
    ['name eq null', false],
    ['name.middleName eq null', true],
    [`${SNOWFLAKE_USER}:defaultRole eq null`, true],
    [`${SNOWFLAKE_USER}:type pr`, true],
  ])('knows what is unassigned: %s is %s (FIL-8, FIL-11, RES-6)', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  test.each([
    ['active eq true and not (title pr or nickName pr)', true],
    ['nickName pr and title pr or active eq true', true],
    ['nickName pr and (title pr or active eq true)', false],
    ['active ne true', false],
    ['active eq false', false],
  ])('follows the precedence of the operators: %s is %s (FIL-5)', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  test('finds a group by a member, in linear time (FIL-15)', () => {
    const members = Array.from({ length: 10_000 }, (_, i) => ({ value: `u${i}`, type: 'User' }))
    const group = { displayName: 'Ops', id: 'g', members }
    const ask = (text: string) => matchesFilter(parseFilter(text, Group), group)
    expect(ask('id eq "g" and members eq "u9999"')).toBe(true)
    expect(ask('members[value eq "u9999" and type eq "user"]')).toBe(true)
    expect(ask('members.value eq "U9999"')).toBe(false)
    expect(matchesFilter(parseFilter('members pr', Group), { members: [] })).toBe(false)
  })

  test('an attribute of another type never has a value (FIL-10)', () => {
    const ask = (text: string) => matchesFilter(parseFilter(text, Group, { unknownAttributes: 'noValue' }), { id: 'g' })
    expect(
      [
        'userName eq "x"',
        'userName ne "x"',
        'userName eq null',
        'userName pr',
        'not (userName sw "x")',
        'a[b pr].c ne 1',
      ].map(ask),
    ).toEqual([false, true, true, false, true, false])
  })
})
