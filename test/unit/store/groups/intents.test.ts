import { describe, expect, test } from 'vitest'
import { firstBatch } from '../../../../shared/store/groups/apply.ts'
import { overlay, putIntentActions, toIntent } from '../../../../shared/store/groups/intents.ts'
import type { MemberDelta } from '../../../../shared/store/groups/member-item.ts'
import { toIntents } from '../../../../shared/store/groups/to-intents.ts'
import { newId } from '../../../../shared/store/new-id.ts'

const COMMIT = { version: 7, at: 1_000, cause: { time: '2026-08-31T10:00:00.000Z', eventId: newId(new Date(0)) } }
const ids = (count: number) => Array.from({ length: count }, () => newId(new Date()))
const change = (given: Partial<MemberDelta>): MemberDelta => ({ add: [], remove: [], displays: [], ...given })
const adding = (count: number, display?: string) =>
  change({ add: ids(count).map((userId) => ({ userId, ...(display !== undefined && { display }) })) })

/** Each intent as it comes back from the table. */
const storedOf = (delta: MemberDelta) =>
  Object.values(putIntentActions('default', 'g1', toIntents(COMMIT, delta))).map((action) => {
    if (!('Put' in action)) throw new Error('An intent is put')
    return toIntent(action.Put.Item as Record<string, unknown>)
  })

describe('toIntents()', () => {
  test('cuts a change into parts of a thousand members, which come back as they were, in order', () => {
    const [first = '', second = ''] = ids(2)
    const delta = {
      ...adding(1500, 'Shown'),
      remove: ids(700),
      displays: [{ userId: first, after: 'x' }, { userId: second }],
    }
    const parts = storedOf(delta)
    expect(parts.map(({ n, version, at, cause }) => ({ n, version, at, cause }))).toEqual(
      [0, 1, 2].map((n) => ({ ...COMMIT, n })),
    )
    expect(parts.map(({ add, remove, displays }) => [add.length, remove.length, displays.length])).toEqual([
      [1000, 0, 0],
      [500, 500, 0],
      [0, 200, 2],
    ])
    expect(parts.flatMap(({ add }) => add)).toEqual(delta.add)
    expect(parts.flatMap(({ remove }) => remove)).toEqual(delta.remove)
    expect(parts.flatMap(({ displays }) => displays)).toEqual(
      delta.displays.map(({ userId, after }) => ({ userId, after })),
    )
  })

  test('cuts by bytes where displays are long', () => {
    const parts = storedOf(adding(100, 'x'.repeat(10_000)))
    expect(parts.map(({ add }) => add.length)).toEqual([29, 29, 29, 13])
  })

  test('refuses what does not fit one transaction', () => {
    const long = adding(400, 'x'.repeat(10_000))
    const many = change({ remove: ids(80_001) })
    for (const [delta, message] of [
      [
        long,
        'Cannot change 400 members of one group in one request: send at most 20000 at a time, and fewer with long displays',
      ],
      [
        many,
        'Cannot change 80001 members of one group in one request, but 80000 at most: remove members by their ids first, up to 20000 in a request, or delete the group',
      ],
    ] as const) {
      expect(() => toIntents(COMMIT, delta)).toThrow(expect.objectContaining({ status: 413, message }))
    }
  })
})

test('overlay() makes changes in order, removals of one change before its additions', () => {
  const members = new Map(['a', 'b'].map((userId) => [userId, { userId, display: 'Old' }]))
  const changes = [
    change({ remove: ['a'], add: [{ userId: 'c' }], displays: [{ userId: 'b', before: 'Old', after: 'New' }] }),
    change({ remove: ['c'], add: [{ userId: 'a' }] }),
  ]
  expect([...overlay(members, changes).values()]).toEqual([{ userId: 'b', display: 'New' }, { userId: 'a' }])
})

describe('firstBatch()', () => {
  const intents = (...sizes: number[]) => sizes.flatMap((size) => toIntents(COMMIT, adding(size)))

  test('takes no more than a thousand write units, where displays are long', () => {
    const all = toIntents(COMMIT, adding(120, 'x'.repeat(10_000)))
    expect(all.map(({ add }) => add.length)).toEqual([29, 29, 29, 29, 4])
    expect(firstBatch(all)).toEqual(all.slice(0, 3))
  })

  test.each([
    ['takes small intents together', [1, 2, 3], 3],
    ['takes no more than a thousand members', [600, 400, 1], 2],
    ['takes one alone, however large', [1000, 1], 1],
    ['leaves room for the head in the transaction that deletes them', Array.from({ length: 90 }, () => 1), 80],
  ])('%s', (_name, sizes, taken) => {
    const all = intents(...sizes)
    expect(firstBatch(all)).toEqual(all.slice(0, taken))
  })
})
