import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { WireOperation } from '../../../shared/scim/patch/operation.ts'
import { applyQuirks, QUIRKS } from '../../../shared/scim/quirks.ts'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import type { Json } from '../../../shared/scim/schema.ts'

const { User, Group } = resourceTypes('GENERIC')
const replace = (path: string, value: Json, inValue = false): WireOperation => ({
  op: 'replace',
  path,
  value,
  inValue,
})

describe('QUIRKS', () => {
  test.each(QUIRKS.map((quirk) => [quirk.name, quirk] as const))('%s is served in one place', (_name, quirk) => {
    expect([quirk.rewrite, quirk.home].filter((place) => place !== undefined)).toHaveLength(1)
    expect(quirk.home === undefined || existsSync(quirk.home)).toBe(true)
    expect(quirk.why).toMatch(/\((?:PAT|SNO)-\d+\)$/)
  })

  test('names are unique', () => {
    expect(new Set(QUIRKS.map(({ name }) => name)).size).toBe(QUIRKS.length)
  })
})

describe('applyQuirks()', () => {
  const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
  const list = [{ value: 'u' }]

  test.each<[WireOperation, WireOperation]>([
    [replace('GIVENNAME', 'x'), replace('name.givenName', 'x')],
    [replace('manager', { Value: '' }), replace('manager', null)],
    [replace('manager.value', ''), replace('manager.value', null)],
    [replace(`${enterprise}:manager`, ''), replace(`${enterprise}:manager`, null)],
    [replace('emails[type pr].value', 'x', true), { ...replace('emails[type pr].value', 'x', true), op: 'add' }],
    [replace('emails[type pr].value', 'x'), replace('emails[type pr].value', 'x')],
    [replace('managerOf', { value: '' }), replace('managerOf', { value: '' })],
    [replace('title', ''), replace('title', '')],
    [
      { op: 'replace', value: [{ title: 'x' }], inValue: false },
      { op: 'replace', value: { title: 'x' }, inValue: false },
    ],
    ...[[{ title: 'x' }, { title: 'y' }], ['x'], [null], [[{ title: 'x' }]]].map(
      (value): [WireOperation, WireOperation] => [
        { op: 'add', value, inValue: false },
        { op: 'add', value, inValue: false },
      ],
    ),
    [replace('name', [{ givenName: 'x' }]), replace('name', [{ givenName: 'x' }])],
  ])('rewrites %j of a user to %j', (operation, expected) => {
    expect(applyQuirks(operation, User)).toEqual(expected)
  })

  test('takes an array without a path for the members of a group (PAT-22)', () => {
    const bare: WireOperation = { op: 'add', value: list, inValue: false }
    expect(applyQuirks(bare, Group)).toEqual({ ...bare, path: 'members' })
    const two = [...list, { value: 'v' }]
    expect(applyQuirks({ ...bare, value: two }, Group)).toEqual({ ...bare, value: two, path: 'members' })
    expect(applyQuirks({ ...bare, op: 'replace' }, Group)).toEqual({ ...bare, op: 'replace' })
  })

  test('takes one object of attributes in an array for itself, in a group too (PAT-27)', () => {
    const value = { displayName: 'Ops', members: list }
    const wrapped: WireOperation = { op: 'add', value: [value], inValue: false }
    expect(applyQuirks(wrapped, Group)).toEqual({ ...wrapped, value })
  })
})
