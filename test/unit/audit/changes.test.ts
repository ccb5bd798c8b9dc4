import { describe, expect, test } from 'vitest'
import { changesBetween, changesOfMember, membershipChanges } from '../../../shared/audit/changes.ts'

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

describe('changesOfMember()', () => {
  const ids = Array.from({ length: 150 }, (_, i) => `u${i}`)
  const changes = [
    { attribute: 'displayName', before: 'A', after: 'B' },
    ...membershipChanges({ added: ids, removed: ['u900', 'u901'], displays: [{ userId: 'u950', after: 'x' }] }),
  ]

  test.each([
    ['who is listed', 'added', 'u3', { attribute: 'members.added', after: ['u3', '… (149 more)'] }],
    ['who is not', 'added', 'u149', { attribute: 'members.added', after: ['u149', '… (149 more)'] }],
    ['who went with one other', 'removed', 'u901', { attribute: 'members.removed', before: ['u901', '… (1 more)'] }],
  ] as const)(
    'names %s and counts the others; of the rest it keeps what is not about members',
    (_who, kind, id, own) => {
      expect(changesOfMember(changes, kind, id)).toEqual([changes[0], own])
    },
  )

  test.each([
    ['alone', membershipChanges({ added: ['u1'], removed: [], displays: [] })],
    ['in a list that was cut', [{ attribute: 'members.added', after: '["u7","u8"… (900 characters left out)' }]],
    ['in a change that was left out', []],
  ])('names the member %s', (_where, listed) => {
    expect(changesOfMember(listed, 'added', 'u1')).toEqual([{ attribute: 'members.added', after: ['u1'] }])
  })
})

describe('membershipChanges()', () => {
  test('lists who came and who went, and nothing where nobody did', () => {
    expect(membershipChanges({ added: ['u1', 'u2'], removed: ['u3'], displays: [] })).toEqual([
      { attribute: 'members.added', after: ['u1', 'u2'] },
      { attribute: 'members.removed', before: ['u3'] },
    ])
    expect(membershipChanges({ added: [], removed: [], displays: [] })).toEqual([])
    const displays = [{ userId: 'u1', after: 'Ann' }]
    expect(membershipChanges({ added: [], removed: [], displays })).toEqual([
      { attribute: 'members.display', before: [{ value: 'u1' }], after: [{ value: 'u1', display: 'Ann' }] },
    ])
  })

  test('lists at most 100 and counts the rest', () => {
    const ids = Array.from({ length: 1250 }, (_, i) => `u${i}`)
    expect(membershipChanges({ added: ids, removed: [], displays: [] })).toEqual([
      { attribute: 'members.added', after: [...ids.slice(0, 100), '… (1150 more)'] },
    ])
  })
})
