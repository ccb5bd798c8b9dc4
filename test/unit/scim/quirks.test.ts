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
      { op: 'add', value: list, inValue: false },
      { op: 'add', value: list, inValue: false },
    ],
  ])('rewrites %j of a user to %j', (operation, expected) => {
    expect(applyQuirks(operation, User)).toEqual(expected)
  })

  test('takes an array without a path for the members of a group (PAT-22)', () => {
    const bare: WireOperation = { op: 'add', value: list, inValue: false }
    expect(applyQuirks(bare, Group)).toEqual({ ...bare, path: 'members' })
    expect(applyQuirks({ ...bare, op: 'replace' }, Group)).toEqual({ ...bare, op: 'replace' })
  })
})
