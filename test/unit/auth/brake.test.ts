import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  alterBrake,
  DEFAULT_BRAKE,
  endOfHour,
  hourOf,
  isBrake,
  limitOf,
  startOfHour,
} from '../../../shared/auth/brake.ts'

describe('limitOf()', () => {
  test.each([
    [25, 10, 100, 25],
    [25, 10, 259, 25],
    [25, 10, 260, 26],
    [0, 10, 9, 0],
    [0, 0, 1000, 0],
    [5, 100, 1000, 1000],
    [25, 10, undefined, 25],
  ])('%i objects or %i %% of %s is %i', (objects, share, owned, limit) => {
    expect(limitOf({ mode: 'stop', objects, share }, owned)).toBe(limit)
  })
})

describe('the hour', () => {
  test('has a name, a beginning and an end, and every instant is in its own', () => {
    const at = new Date('2026-12-31T23:59:59.999Z')
    expect(hourOf(at)).toBe('2026-12-31T23')
    expect([startOfHour(at), endOfHour(at)]).toEqual(
      ['2026-12-31T23:00:00Z', '2027-01-01T00:00:00Z'].map((time) => Date.parse(time)),
    )
    const property = fc.property(
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      (one) => {
        expect(startOfHour(one)).toBeLessThanOrEqual(one.getTime())
        expect(endOfHour(one)).toBeGreaterThan(one.getTime())
        expect(hourOf(new Date(startOfHour(one)))).toBe(hourOf(one))
        expect(hourOf(new Date(endOfHour(one)))).not.toBe(hourOf(one))
      },
    )
    fc.assert(property)
  })
})

test('alterBrake() sets what is named and nothing else', () => {
  expect(alterBrake(DEFAULT_BRAKE)).toEqual({ mode: 'warn', objects: 25, share: 10 })
  expect(alterBrake(DEFAULT_BRAKE, { mode: 'stop', share: 0 })).toEqual({ mode: 'stop', objects: 25, share: 0 })
})

test.each([
  [DEFAULT_BRAKE, true],
  [{ ...DEFAULT_BRAKE, mode: 'halt' }, false],
  [{ ...DEFAULT_BRAKE, objects: '25' }, false],
  [{ mode: 'off', objects: 1 }, false],
  [undefined, false],
  [null, false],
])('isBrake(%j) is %s', (value, expected) => {
  expect(isBrake(value)).toBe(expected)
})
