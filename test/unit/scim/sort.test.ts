import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import type { Attributes } from '../../../shared/scim/schema.ts'
import { ENTERPRISE_USER } from '../../../shared/scim/schemas/enterprise-user.ts'
import { compareSorted, parseSort, type Sort, sortValue } from '../../../shared/scim/sort.ts'

const { User, Group } = resourceTypes('GENERIC')
const sortBy = (name: string, order?: string) => parseSort(User, name, order) as Sort

describe('parseSort()', () => {
  test.each([
    [undefined, undefined],
    [undefined, 'descending'],
    ['', 'ascending'],
    [' ', undefined],
  ])('knows no order for sortBy %j, sortOrder %j', (by, order) => {
    expect(parseSort(User, by, order)).toBeUndefined()
  })

  test.each([
    [undefined, false],
    ['ascending', false],
    ['Descending', true],
    ['', false],
  ])('reads sortOrder %j (SRT-1)', (order, descending) => {
    expect(parseSort(User, 'userName', order)?.descending).toBe(descending)
  })

  test.each([
    ['foo', undefined, 'Cannot sort by "foo": a User has no such attribute to sort by'],
    ['password', undefined, 'Cannot sort by "password": a User has no such attribute to sort by'],
    [ENTERPRISE_USER, undefined, `Cannot sort by "${ENTERPRISE_USER}": a User has no such attribute to sort by`],
    ['__proto__', undefined, 'Cannot sort by "__proto__": a User has no such attribute to sort by'],
    ['name', undefined, 'Cannot sort by "name": name one of its sub-attributes, such as "name.formatted"'],
    ['userName', 'up', 'Cannot read sortOrder "up": expected "ascending" or "descending"'],
    [undefined, 'up', 'Cannot read sortOrder "up": expected "ascending" or "descending"'],
  ])('refuses sortBy %j, sortOrder %j (SRT-3, FIL-13)', (by, order, message) => {
    expect(() => parseSort(User, by, order)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidValue', message }),
    )
  })

  test('can take an attribute the type does not have as no value, for a search across types (SEA-2)', () => {
    const sort = parseSort(Group, 'userName', undefined, { unknownAttributes: 'noValue' })
    expect(sort).toEqual({ path: undefined, descending: false })
    expect(sortValue(sort as Sort, { displayName: 'x' })).toBeUndefined()
  })
})

describe('sortValue()', () => {
  const user: Attributes = {
    id: 'U1',
    userName: 'Straße',
    externalId: 'Ab',
    active: true,
    name: { familyName: 'Jensen' },
    emails: [{ value: 'First@x' }, { value: 'Main@x', primary: true, type: 'Work' }],
    roles: [{ value: 'R1' }, { value: 'R2' }],
    addresses: [],
    meta: { created: '2026-01-01T00:00:00.500Z', lastModified: '2026-01-01T02:00:00+02:00' },
    [ENTERPRISE_USER]: { division: 'D', manager: { value: 'M1' } },
  }

  test.each<[string, unknown]>([
    ['userName', 'strasse'],
    ['id', 'U1'],
    ['externalId', 'Ab'],
    ['active', 1],
    ['name.familyName', 'jensen'],
    ['name.givenName', undefined],
    ['emails', 'main@x'],
    ['emails.type', 'work'],
    ['roles.value', 'r1'],
    ['roles.type', undefined],
    ['addresses.country', undefined],
    ['photos', undefined],
    ['title', undefined],
    ['meta.created', Date.UTC(2026, 0, 1) + 500],
    ['META.lastModified', Date.UTC(2026, 0, 1)],
    [`${ENTERPRISE_USER}:division`, 'd'],
    [`${ENTERPRISE_USER.toUpperCase()}:manager`, 'M1'],
  ])('orders by %s (SRT-1, SRT-2)', (name, expected) => {
    expect(sortValue(sortBy(name), user)).toBe(expected)
  })
})

describe('compareSorted()', () => {
  const keys = ['b', undefined, 'a', 'b']
  const order = (sort: Sort) =>
    keys
      .map((key, n) => ({ key, id: String(n) }))
      .sort((a, b) => compareSorted(sort, a, b))
      .map(({ id }) => id)

  test('puts missing values last when ascending and first when descending, ties by id (SRT-2)', () => {
    expect(order(sortBy('userName'))).toEqual(['2', '0', '3', '1'])
    expect(order(sortBy('userName', 'descending'))).toEqual(['1', '0', '3', '2'])
  })

  const entry = fc.record({
    key: fc.oneof(fc.constantFrom('a', 'b', 'ab'), fc.integer({ min: -2, max: 2 }), fc.constant(undefined)),
    id: fc.constantFrom('1', '2', '3'),
  })

  test('is a total order: antisymmetric, transitive, and zero for equal key and id only', () =>
    fc.assert(
      fc.property(entry, entry, entry, fc.boolean(), (a, b, c, descending) => {
        const sort = { path: undefined, descending }
        fc.pre(new Set([a, b, c].map(({ key }) => typeof key).filter((type) => type !== 'undefined')).size < 2)
        const compare = (x: typeof a, y: typeof a) => Math.sign(compareSorted(sort, x, y))
        expect(compare(a, b) + compare(b, a)).toBe(0)
        expect(compare(a, b) === 0).toBe(a.key === b.key && a.id === b.id)
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0)
      }),
      { numRuns: 1000 },
    ))
})
