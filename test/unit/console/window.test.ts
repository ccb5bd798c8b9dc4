import { describe, expect, test } from 'vitest'
import { Heights, MAX_ROWS, spanOf } from '../../../console/page/list/window.ts'

const heightsOf = (count: number, guess = 42) => {
  const heights = new Heights(() => guess)
  heights.resize(count)
  return heights
}

describe('Heights', () => {
  test('guesses what was not measured, and knows the distance from the top of every row', () => {
    const heights = heightsOf(100_000)
    expect([0, 1, 99_999, 100_000].map((i) => heights.top(i))).toEqual([0, 42, 4_199_958, 4_200_000])
  })

  test('a measured row moves all behind it, and says by how much it was misjudged', () => {
    const heights = heightsOf(10)
    heights.top(10)
    expect(heights.measure(3, 300)).toBe(258)
    expect(heights.measure(3, 300)).toBe(0)
    expect([3, 4, 10].map((i) => heights.top(i))).toEqual([126, 426, 678])
  })

  test('finds the row at a distance', () => {
    const heights = heightsOf(10)
    heights.measure(3, 300)
    expect([0, 41, 42, 126, 425, 426, 9999].map((y) => heights.at(y))).toEqual([0, 0, 1, 3, 3, 4, 9])
  })

  test('rows put before others move what was measured along', () => {
    const heights = heightsOf(5)
    heights.measure(0, 100)
    heights.insert(0, 2)
    expect(heights.count).toBe(7)
    expect([0, 1, 2, 3].map((i) => heights.of(i))).toEqual([42, 42, 100, 42])
    expect(heights.top(7)).toBe(6 * 42 + 100)
  })

  test('fewer rows forget what was measured of the rest', () => {
    const heights = heightsOf(5)
    heights.measure(4, 100)
    heights.resize(4)
    heights.resize(5)
    expect(heights.top(5)).toBe(5 * 42)
  })
})

describe('spanOf()', () => {
  test('draws what is in view and eight rows around it', () => {
    expect(spanOf(heightsOf(1000), 420, 840)).toEqual({ first: 2, end: 39 })
  })

  test('at the ends it draws no more than there is', () => {
    expect(spanOf(heightsOf(5), -300, 900)).toEqual({ first: 0, end: 5 })
    expect(spanOf(heightsOf(0), 0, 900)).toEqual({ first: 0, end: 0 })
    expect(spanOf(heightsOf(100), 1e9, 900)).toEqual({ first: 91, end: 100 })
  })

  test('never draws more than 80, however tall the window and small the rows', () => {
    const { first, end } = spanOf(heightsOf(1000, 10), 500, 5000)
    expect(end - first).toBe(MAX_ROWS)
  })
})
