import { describe, expect, test } from 'vitest'
import { instantOf, namedId, newId } from '../../../shared/store/new-id.ts'

const AT = Date.parse('2026-08-31T10:00:00.123Z')

describe('namedId()', () => {
  test('is the same UUIDv8 wherever it is made, and another for another name or instant', () => {
    const id = namedId(AT, 'delete group 0')
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect([namedId(AT, 'delete group 0'), instantOf(id)]).toEqual([id, AT])
    const others = [namedId(AT, 'delete group 1'), namedId(AT + 1, 'delete group 0')]
    expect(new Set([id, ...others]).size).toBe(3)
  })

  test('sorts by its instant, and behind what chance made of the same one', () => {
    const made = newId(new Date(AT))
    const ms = instantOf(made)
    const [before, same, after] = [-1, 0, 1].map((more) => namedId(ms + more, 'x'))
    expect([after, same, made, before].sort()).toEqual([before, made, same, after])
  })
})

describe('newId()', () => {
  const made = (...offsets: number[]) => offsets.map((ms) => newId(new Date(AT + ms)))

  test('sorts in the order of making, also where the clock stands or goes back a little', () => {
    const ids = made(0, 0, 5, -59_000, 6)
    expect(ids.toSorted()).toEqual(ids)
    expect(instantOf(ids[3] ?? '')).toBe(AT + 5)
  })

  test('follows a clock that was ahead and is set right', () => {
    const [ahead = '', right = ''] = made(3_600_000, 1000)
    expect([instantOf(ahead), instantOf(right)]).toEqual([AT + 3_600_000, AT + 1000])
  })
})
