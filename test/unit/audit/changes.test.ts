import { describe, expect, test } from 'vitest'
import { changesBetween, membershipChanges } from '../../../shared/audit/changes.ts'

const EXTENSION = 'urn:ietf:params:scim:schemas:extension:2.0:User'

describe('changesBetween()', () => {
  test('a creation lists every attribute as new, a deletion every one as gone', () => {
    const user = { userName: 'ann', active: true, [EXTENSION]: { defaultRole: 'ANALYST' } }
    expect(changesBetween(undefined, user)).toEqual([
      { attribute: 'userName', after: 'ann' },
      { attribute: 'active', after: true },
      { attribute: `${EXTENSION}:defaultRole`, after: 'ANALYST' },
    ])
    expect(changesBetween(user, undefined)).toEqual([
      { attribute: 'userName', before: 'ann' },
      { attribute: 'active', before: true },
      { attribute: `${EXTENSION}:defaultRole`, before: 'ANALYST' },
    ])
  })

  test('a change lists what differs, before and after, and leaves the rest out', () => {
    const before = { userName: 'ann', title: 'Dr', name: { givenName: 'Ann' }, emails: [{ value: 'a@x' }] }
    const after = { userName: 'ann', active: false, name: { givenName: 'Anna' }, emails: [{ value: 'a@x' }] }
    expect(changesBetween(before, after)).toEqual([
      { attribute: 'title', before: 'Dr' },
      { attribute: 'name', before: { givenName: 'Ann' }, after: { givenName: 'Anna' } },
      { attribute: 'active', after: false },
    ])
  })

  test('equal resources differ in nothing, whatever the order of names and the prototype of objects', () => {
    const name = Object.assign(Object.create(null), { familyName: 'Lee', givenName: 'Ann' })
    expect(changesBetween({ name: { givenName: 'Ann', familyName: 'Lee' } }, { name })).toEqual([])
  })

  test('a password shows that it was set and never its value or hash (RES-8)', () => {
    const rows = changesBetween({ password: 'old-hash' }, { password: 'new-hash' })
    expect(rows).toEqual([{ attribute: 'password', before: '(set)', after: '(set)' }])
    expect(changesBetween({}, { password: 'x' })).toEqual([{ attribute: 'password', after: '(set)' }])
    expect(changesBetween({ a: 1 }, { a: { password: 'x' } })[0]?.after).toEqual({ password: '(set)' })
  })

  test('prototype names are attributes like others (MED-6)', () => {
    const after = JSON.parse('{"__proto__":{"polluted":1},"constructor":"x"}')
    expect(changesBetween({}, after)).toEqual([
      { attribute: '__proto__', after: { polluted: 1 } },
      { attribute: 'constructor', after: 'x' },
    ])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('membershipChanges()', () => {
  test('lists who came and who went, and nothing where nobody did', () => {
    expect(membershipChanges({ added: ['u1', 'u2'], removed: ['u3'], displays: [] })).toEqual([
      { attribute: 'members.added', after: ['u1', 'u2'] },
      { attribute: 'members.removed', before: ['u3'] },
    ])
    expect(membershipChanges({ added: [], removed: [], displays: [] })).toEqual([])
  })

  test('lists at most 100 and counts the rest', () => {
    const ids = Array.from({ length: 1250 }, (_, i) => `u${i}`)
    expect(membershipChanges({ added: ids, removed: [], displays: [] })).toEqual([
      { attribute: 'members.added', after: [...ids.slice(0, 100), '… (1150 more)'] },
    ])
  })
})
