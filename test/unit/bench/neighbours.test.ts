import { describe, expect, test } from 'vitest'
import { memberOfKey } from '../../../shared/store/keys.ts'
import { namedId } from '../../../shared/store/new-id.ts'
import { type Figures, figuresOf } from '../../bench/neighbours.ts'

/** Bits of an id's time that neighbours share. */
const CHOSEN = 34
const RATES = [1, 10, 100, 500]

const rounded = ({ seconds, queries, mostQueries, readUnits, writeUnitsPerSecond }: Figures) => [
  Number(seconds.toFixed(1)),
  Number(queries.toFixed(1)),
  mostQueries,
  Number(readUnits.toFixed(1)),
  Math.round(writeUnitsPerSecond / 100) * 100,
]

describe('windows of neighbours (decision 0021)', () => {
  test('are as wide as the figures were computed for', () => {
    const ms = 2 ** (48 - CHOSEN)
    const begin = 104_000_000 * ms
    const keyAt = (at: number) => memberOfKey('acme', namedId(at, 'user'))
    expect(keyAt(begin)).toBe(keyAt(begin + ms - 1))
    const keys = Array.from({ length: 8 }, (_, n) => keyAt(begin + n * ms))
    expect(new Set(keys).size).toBe(8)
    expect(keyAt(begin)).not.toBe(keyAt(begin - 1))
  })

  test.each([
    [28, [1048.6, 1.1, 2, 8.5, 9500], [1048.6, 1, 1, 8.5, 1000], [1048.6, 1, 1, 8.5, 1000], [1048.6, 1, 1, 8.5, 1000]],
    [32, [65.5, 2.5, 3, 9.1, 152600], [65.5, 1.1, 2, 8.6, 15300], [65.5, 1, 2, 8.5, 1500], [65.5, 1, 1, 8.5, 1000]],
    [34, [16.4, 7, 8, 9.6, 610400], [16.4, 1.6, 2, 8.8, 61000], [16.4, 1.1, 2, 8.5, 6100], [16.4, 1, 2, 8.5, 1200]],
    [36, [4.1, 25.2, 26, 12.6, 2441400], [4.1, 3.4, 4, 9, 244100], [4.1, 1.2, 2, 8.6, 24400], [4.1, 1, 2, 8.5, 4900]],
    [
      40,
      [0.3, 100, 100, 50, 10000000],
      [0.3, 39.7, 40, 19.8, 3906300],
      [0.3, 4.9, 5, 10, 390600],
      [0.3, 1.8, 2, 8.8, 78100],
    ],
  ])('of %i bits cost what the decision says', (bits, ...expected) => {
    expect(RATES.map((rate) => rounded(figuresOf(bits, rate)))).toEqual(expected)
  })
})
