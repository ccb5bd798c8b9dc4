import { expect, test } from 'vitest'
import type { Item } from '../../../../local/engine/wire.ts'
import { catchUp } from '../../../../local/regions/catch-up.ts'
import { Replicator } from '../../../../local/regions/replicator.ts'

const standing = (region: string, items: Record<string, string>) => ({
  region,
  items: new Map(Object.entries(items).map(([key, v]): [string, Item] => [key, { v: { S: v } }])),
})

/** What is on its way once `a` leads, where the link from `b` was already waiting for `known`. */
function noticed(a: Record<string, string>, b: Record<string, string>, known: string[] = []) {
  const replica = (region: string) => ({ region, get: async () => undefined, set: async () => {} })
  const underway = known.map((key) => ({ key, written: { b: 1 }, directions: [{ from: 'b', to: 'a' }] }))
  const replicator = new Replicator([replica('a'), replica('b')], { underway })
  catchUp(replicator, standing('a', a), standing('b', b))
  return replicator.pending().map(({ from, to, key }) => `${from}>${to} ${key}`)
}

test('a new region gets everything, and an empty table leads nobody', () => {
  expect(noticed({ x: '1', y: '1' }, {})).toEqual(['a>b x', 'a>b y'])
  expect(noticed({}, { x: '1', y: '1' })).toEqual(['b>a x', 'b>a y'])
  expect(noticed({}, {})).toEqual([])
})

test('of what differs and is not on its way the leading region is right, what it has not got included', () => {
  const [a, b] = [
    { same: '1', changed: 'new', added: '1' },
    { same: '1', changed: 'old', gone: '1', late: '1' },
  ]
  expect(noticed(a, b, ['late'])).toEqual(['b>a late', 'a>b changed', 'a>b added', 'a>b gone'])
})
