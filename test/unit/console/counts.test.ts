import { describe, expect, test } from 'vitest'
import {
  addRows,
  labelTimes,
  niceMax,
  stepFor,
  stepWords,
  toCounts,
  totalsOf,
} from '../../../console/page/timeline/chart/counts.ts'
import { endsOf, joinBuckets, movePicked } from '../../../console/page/timeline/chart/picking.ts'
import { stackOf } from '../../../console/page/timeline/chart/stack.ts'
import { AT, ofAda, rowOf } from '../../factories/sentences.ts'

const HOUR = 3_600_000
const from = '2026-11-26T14:00:00.000Z'
const at = (minutes: number) => new Date(Date.parse(from) + minutes * 60_000).toISOString()
const bucket = (minutes: number, changed = 0, read = 0, refused = 0, failed = 0) => ({
  ...{ at: Date.parse(at(minutes)), changed, read, refused, failed },
})
const COUNTS = toCounts({
  ...{ from, to: at(40), stepSeconds: 900 },
  buckets: [{ at: at(15), changed: 3, read: 5, refused: 1, failed: 0 }],
})

describe('stepFor()', () => {
  test.each([
    [0.25 * HOUR, 10],
    [HOUR, 30],
    [24 * HOUR, 900],
    [7 * 24 * HOUR, 21_600],
    [30 * 24 * HOUR, 21_600],
    [90 * 24 * HOUR, 86_400],
    [365 * 24 * HOUR, 86_400],
  ])('of %i ms is %i s: at most 120 bars, where a day is enough for it', (range, step) => {
    expect(stepFor(range)).toBe(step)
  })

  test('is told in words', () => {
    expect([10, 60, 900, 86_400, 7].map(stepWords)).toEqual([
      ...['per 10 seconds', 'per minute', 'per 15 minutes', 'per day', 'per 7 seconds'],
    ])
  })
})

describe('toCounts()', () => {
  test('gives every step of the range a bucket', () => {
    expect(COUNTS).toEqual({
      ...{ from: Date.parse(from), to: Date.parse(at(40)), stepSeconds: 900 },
      buckets: [bucket(0), bucket(15, 3, 5, 1), bucket(30)],
    })
  })

  test('says since when it counted, where that is not all', () => {
    const counts = toCounts({ from, to: at(40), stepSeconds: 900, buckets: [], partial: { from: at(12) } })
    expect(counts.countedFrom).toBe(Date.parse(at(12)))
  })

  test('what comes is counted in its bucket, by its outcome, and the range grows', () => {
    const rows = [
      rowOf({ ...ofAda({ changes: [{ attribute: 'title', after: 'x' }] }), time: at(31) }),
      rowOf({ ...ofAda({ status: 403 }), time: at(52) }),
      rowOf({ ...ofAda({}), time: at(-1) }),
    ]
    const grown = addRows(COUNTS, rows)
    expect(grown.buckets).toEqual([bucket(0), bucket(15, 3, 5, 1), bucket(30, 1), bucket(45, 0, 0, 1)])
    expect(grown.to).toBe(Date.parse(at(52)))
    expect(COUNTS.buckets[2]).toEqual(bucket(30))
    expect(totalsOf(grown)).toEqual({ changed: 4, read: 5, refused: 2, failed: 0 })
  })
})

test('niceMax() rounds up to what a scale ends with', () => {
  expect([0, 1, 3, 5, 7, 11, 19, 147, 150, 151, 9001].map(niceMax)).toEqual([
    ...[1, 1, 3, 5, 8, 15, 20, 150, 150, 200, 10_000],
  ])
})

describe('labelTimes()', () => {
  const labels = (hours: number, offsetMinutes: number) =>
    labelTimes({ from: AT.getTime() - hours * HOUR, to: AT.getTime() }, offsetMinutes).map((time) =>
      new Date(time).toISOString().slice(5, 16),
    )

  test('a day has them every four hours of the place', () => {
    expect(labels(24, 0)).toEqual([
      ...['11-25T16:00', '11-25T20:00', '11-26T00:00', '11-26T04:00', '11-26T08:00', '11-26T12:00'],
    ])
    expect(labels(24, -60)[0]).toBe('11-25T15:00')
    expect(labels(24, -330)[0]).toBe('11-25T18:30')
  })

  test.each([0.25, 1, 24, 168, 720, 2160])('between two and eight of them in %d hours', (hours) => {
    expect(labels(hours, 0).length).toBeGreaterThanOrEqual(2)
    expect(labels(hours, 0).length).toBeLessThanOrEqual(8)
  })
})

describe('stackOf()', () => {
  test('stacks the outcomes that are shown, and gives a bar of one event two pixels', () => {
    const counts = { ...COUNTS, buckets: [bucket(0, 60, 39, 1, 0), bucket(15, 0, 10, 0, 0)] }
    expect(stackOf(counts, ['changed', 'read', 'refused', 'failed'], 100)).toEqual({
      x: [Date.parse(at(0)) / 1000, Date.parse(at(15)) / 1000],
      tops: { changed: [60, 0], read: [99, 10], refused: [101, 10], failed: [101, 10] },
      max: 100,
    })
    expect(stackOf(counts, ['refused'], 100).tops).toEqual({
      ...{ changed: [0, 0], read: [0, 0], refused: [1, 0], failed: [1, 0] },
    })
  })
})

describe('picking by keyboard', () => {
  test('begins at the end that the arrow comes from, moves, extends, and leaves', () => {
    expect(movePicked(undefined, 'ArrowLeft', false, 10)).toEqual({ anchor: 9, at: 9 })
    expect(movePicked(undefined, 'ArrowRight', false, 10)).toEqual({ anchor: 0, at: 0 })
    expect(movePicked({ anchor: 5, at: 5 }, 'ArrowLeft', true, 10)).toEqual({ anchor: 5, at: 4 })
    expect(movePicked({ anchor: 5, at: 2 }, 'ArrowLeft', false, 10)).toEqual({ anchor: 1, at: 1 })
    expect(movePicked({ anchor: 0, at: 0 }, 'ArrowLeft', false, 10)).toEqual({ anchor: 0, at: 0 })
    expect(movePicked({ anchor: 5, at: 5 }, 'End', true, 10)).toEqual({ anchor: 5, at: 9 })
    expect(movePicked({ anchor: 5, at: 5 }, 'Escape', false, 10)).toBeUndefined()
    expect(movePicked(undefined, 'ArrowLeft', false, 0)).toBeUndefined()
  })

  test('what is picked is told as one', () => {
    expect(endsOf({ anchor: 5, at: 2 })).toEqual([2, 5])
    expect(joinBuckets(COUNTS, 0, 1)).toEqual({ bucket: bucket(0, 3, 5, 1), seconds: 1800 })
  })
})
