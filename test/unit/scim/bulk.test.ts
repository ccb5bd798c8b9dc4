import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BulkOperation, planBulk, resolveBulkIds, resolveBulkPath } from '../../../shared/scim/bulk.ts'
import { ScimError } from '../../../shared/scim/error.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import type { Json } from '../../../shared/scim/schema.ts'

const post = (bulkId: string, data: Json = {}, path = '/Users'): BulkOperation => ({
  method: 'POST',
  path,
  bulkId,
  data,
})
const group = (bulkId: string, ...members: string[]) =>
  post(bulkId, { displayName: bulkId, members: members.map((value) => ({ value: `bulkId:${value}` })) }, '/Groups')

function refusals(operations: BulkOperation[]): unknown[] {
  return [...planBulk(operations, RESOURCE_TYPES).refused].map(([index, { status, scimType, message }]) => [
    index,
    status,
    scimType,
    message,
  ])
}

function refusal(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    return [error.status, error.scimType, error.message]
  }
}

describe('planBulk()', () => {
  test("keeps the client's order where nothing else is needed (BLK-1)", () => {
    const operations = [post('a'), { method: 'delete', path: '/Users/1' }, post('b'), group('g', 'a', 'b')]
    expect(planBulk(operations, RESOURCE_TYPES)).toEqual({
      order: [0, 1, 2, 3],
      dependencies: [[], [], [], [0, 2]],
      refused: new Map(),
    })
  })

  test('moves a create before what refers to it, in data or in a path (BLK-3)', () => {
    const rename = { method: 'PATCH', path: '/Groups/bulkId:g', data: { schemas: [] } }
    const operations = [rename, group('g', 'b', 'a'), post('a'), post('b', { manager: { value: 'bulkId:a' } })]
    expect(planBulk(operations, RESOURCE_TYPES)).toEqual({
      order: [2, 3, 1, 0],
      dependencies: [[1], [3, 2], [], [2]],
      refused: new Map(),
    })
  })

  test('refuses malformed operations one by one (BLK-2)', () => {
    expect(
      refusals([
        { method: 'GET', path: '/Users/1' },
        { method: 'POST', path: '/Users', data: {} },
        post('a', {}, '/Users/1'),
        post('b', {}, '/Schemas'),
        { method: 'PUT', path: '/Users', data: {} },
        { method: 'PATCH', path: '/Users/1' },
        { method: 'POST', path: '/Groups', bulkId: 'c' },
        { method: 'DELETE', path: '/Users/1/x' },
        { method: 'DELETE', path: '/Users/1' },
        post('d'),
        post('d'),
      ]),
    ).toEqual([
      [10, 400, 'invalidValue', 'Cannot use bulkId "d" twice: give each POST its own'],
      [0, 400, 'invalidSyntax', 'Cannot run method "GET": expected POST, PUT, PATCH or DELETE'],
      [1, 400, 'invalidSyntax', 'Cannot run a POST without a bulkId: send one, any unique text'],
      [2, 400, 'invalidPath', 'Cannot use path "/Users/1": expected /Users or /Groups'],
      [3, 400, 'invalidPath', 'Cannot use path "/Schemas": expected /Users or /Groups'],
      [4, 400, 'invalidPath', 'Cannot use path "/Users": expected /Users/<id> or /Groups/<id>'],
      [5, 400, 'invalidSyntax', 'Cannot run PATCH "/Users/1" without data: send the body of the request as data'],
      [6, 400, 'invalidSyntax', 'Cannot run POST "/Groups" without data: send the body of the request as data'],
      [7, 400, 'invalidPath', 'Cannot use path "/Users/1/x": expected /Users/<id> or /Groups/<id>'],
    ])
  })

  test('refuses references to nothing, and circles with 409 (BLK-3)', () => {
    const manager = (bulkId: string, of: string) => post(bulkId, { manager: { value: `bulkId:${of}` } })
    const circle = 'it refers to itself in a circle; create them without the reference, and add it by a PATCH'
    expect(
      refusals([group('g', 'nobody'), manager('a', 'b'), manager('b', 'a'), manager('c', 'c'), manager('d', 'a')]),
    ).toEqual([
      [0, 400, 'invalidValue', 'Cannot resolve "bulkId:nobody": no POST of this request has that bulkId'],
      [1, 409, undefined, `Cannot create bulkId "a": ${circle}`],
      [2, 409, undefined, `Cannot create bulkId "b": ${circle}`],
      [3, 409, undefined, `Cannot create bulkId "c": ${circle}`],
    ])
  })

  test('refuses more operations than it advertises (BLK-5)', () => {
    const operations = Array.from({ length: 101 }, (_, i) => post(`u${i}`))
    expect(refusal(() => planBulk(operations, RESOURCE_TYPES))).toEqual([
      413,
      undefined,
      'Cannot run 101 operations: maxOperations is 100',
    ])
  })

  test('runs every operation once, and after what it needs unless that is a circle', () => {
    const graph = fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { maxLength: 12 })
    fc.assert(
      fc.property(graph, (edges) => {
        const { order, dependencies, refused } = planBulk(
          edges.map((to, i) => group(`${i}`, ...to.map(String))),
          RESOURCE_TYPES,
        )
        expect(order.toSorted((a, b) => a - b)).toEqual([...edges.keys()])
        for (const [index, needed] of dependencies.entries()) {
          if (refused.has(index)) continue
          for (const other of needed) expect(order.indexOf(other)).toBeLessThan(order.indexOf(index))
        }
      }),
    )
  })
})

describe('resolveBulkIds()', () => {
  const ids = new Map([
    ['a', '11'],
    ['__proto__', '12'],
  ])

  test('replaces whole strings anywhere in the data, and leaves the rest (BLK-3)', () => {
    const data = {
      members: [{ value: 'bulkId:a' }, { value: 'x bulkId:a' }],
      active: true,
      n: [1, null, 'bulkId:__proto__'],
    }
    expect(resolveBulkIds(data, ids)).toEqual({
      members: [{ value: '11' }, { value: 'x bulkId:a' }],
      active: true,
      n: [1, null, '12'],
    })
    expect(resolveBulkPath('/Groups/bulkId:a', ids)).toBe('/Groups/11')
    expect(resolveBulkPath('/Groups/7', ids)).toBe('/Groups/7')
  })

  test('refuses a reference to what was not created', () => {
    const expected = [400, 'invalidValue', 'Cannot resolve "bulkId:b": the operation of that bulkId failed']
    expect(refusal(() => resolveBulkIds(['bulkId:b'], ids))).toEqual(expected)
    expect(refusal(() => resolveBulkPath('/Users/bulkId:b', ids))).toEqual(expected)
  })

  test('names like __proto__ stay plain data (MED-6)', () => {
    const data = JSON.parse('{"__proto__":{"polluted":"bulkId:a"}}')
    expect(JSON.stringify(resolveBulkIds(data, ids))).toBe('{"__proto__":{"polluted":"11"}}')
    expect(Object.hasOwn({}, 'polluted')).toBe(false)
  })
})
