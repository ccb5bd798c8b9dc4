import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BRAKE_SHARDS, capsOf, roomFor, sumOf } from '../../../shared/store/brake/shards.ts'

const EMPTY = Array.from({ length: BRAKE_SHARDS }, () => 0)
const first = () => 0
const counts = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 4, maxLength: 4 })
const limits = fc.integer({ min: 0, max: 60 })
const chances = fc.nat().map((n) => (count: number) => (count > 0 ? n % count : -1))

/** What a place leads to: counted where it fits, as the condition in the table has it. */
function count(before: readonly number[], limit: number, weight: number, chance: (count: number) => number) {
  const after = [...before]
  const room = roomFor(after, limit, weight, chance)
  if (!room) return undefined
  const add = (shard: number, amount: number, cap = Number.POSITIVE_INFINITY) => {
    expect((after[shard] ?? 0) + amount).toBeLessThanOrEqual(cap)
    after[shard] = (after[shard] ?? 0) + amount
  }
  if ('shard' in room) add(room.shard, weight, room.cap)
  else {
    for (const { shard, cap, amount } of room.moves) add(shard, amount, cap)
    add(room.target, -sumOf(room.moves.map(({ amount }) => amount)))
  }
  return { after, isMove: !('shard' in room) }
}

describe('capsOf()', () => {
  test('a limit of 70 is three for six shards and two for the others', () => {
    expect(capsOf(70, EMPTY)).toEqual(EMPTY.map((_, shard) => (shard < 6 ? 3 : 2)))
  })

  test('a shard above its part stays, the others share what is left', () => {
    expect(capsOf(8, [5, 0, 0, 0])).toEqual([5, 1, 1, 1])
    expect(capsOf(8, [6, 1, 0, 0])).toEqual([6, 1, 1, 0])
    expect(capsOf(4, [6, 1, 0, 0])).toEqual([6, 1, 0, 0])
  })

  test('together they leave what the limit leaves, whatever has been counted', () => {
    const property = fc.property(limits, counts, (limit, held) => {
      const rests = capsOf(limit, held).map((cap, shard) => cap - (held[shard] ?? 0))
      expect(Math.min(...rests)).toBeGreaterThanOrEqual(0)
      expect(sumOf(rests)).toBe(Math.max(0, limit - sumOf(held)))
    })
    fc.assert(property)
  })

  test('they stay the same however the shards fill, so that who looks earlier and who looks later agree', () => {
    const property = fc.property(limits, counts, fc.array(fc.tuple(chances, fc.nat(3))), (limit, held, changes) => {
      const caps = capsOf(limit, held)
      let now: readonly number[] = held
      for (const [chance, weight] of changes) now = count(now, limit, weight, chance)?.after ?? now
      expect(capsOf(limit, now)).toEqual(caps)
    })
    fc.assert(property)
  })

  test('those of a lower limit are never above those of a higher one', () => {
    const property = fc.property(limits, limits, (one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)]
      const higher = capsOf(high, EMPTY)
      for (const [shard, cap] of capsOf(low, EMPTY).entries()) expect(cap).toBeLessThanOrEqual(higher[shard] ?? 0)
    })
    fc.assert(property)
  })
})

describe('roomFor()', () => {
  test('a change that one shard has room for is counted there', () => {
    expect(roomFor(EMPTY, 32, 1, first)).toEqual({ shard: 0, cap: 1 })
    expect(roomFor([1, 1, 0, 1], 4, 1, first)).toEqual({ shard: 2, cap: 1 })
  })

  test('a larger one has room made in one shard, from as few others as will do', () => {
    expect(roomFor([0, 0, 2, 1], 12, 6, first)).toEqual({ target: 0, moves: [{ shard: 1, cap: 3, amount: 3 }] })
    expect(roomFor([0, 0, 2, 1], 12, 9, first)).toEqual({
      target: 0,
      moves: [
        { shard: 1, cap: 3, amount: 3 },
        { shard: 3, cap: 3, amount: 2 },
        { shard: 2, cap: 3, amount: 1 },
      ],
    })
  })

  test('one that is larger than what is left has none', () => {
    expect(roomFor([1, 1, 0, 1], 4, 2, first)).toBeUndefined()
    expect(roomFor(EMPTY, 0, 1, first)).toBeUndefined()
  })

  test('changes of any size are let through up to the limit and never past it, after one move at most', () => {
    const property = fc.property(limits, fc.array(fc.tuple(chances, fc.integer({ min: 1, max: 20 }))), (limit, all) => {
      let now: readonly number[] = [0, 0, 0, 0]
      for (const [chance, weight] of all) {
        const left = limit - sumOf(now)
        const moved = count(now, limit, weight, chance)
        const made = moved?.isMove ? count(moved.after, limit, weight, chance) : moved
        expect(made === undefined).toBe(weight > left)
        if (moved?.isMove) expect(sumOf(moved.after)).toBe(sumOf(now))
        if (!made) continue
        expect(made.isMove).toBe(false)
        expect(sumOf(made.after)).toBe(sumOf(now) + weight)
        now = made.after
      }
    })
    fc.assert(property)
  })
})
