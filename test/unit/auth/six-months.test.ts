import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sixMonthsAfter } from '../../../shared/auth/six-months.ts'

describe('sixMonthsAfter()', () => {
  test.each([
    ['keeps day and time', '2026-01-15T10:20:30.456Z', '2026-07-15T10:20:30.456Z'],
    ['crosses the year', '2026-07-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['clamps 31 August to 28 February', '2026-08-31T23:59:59.999Z', '2027-02-28T23:59:59.999Z'],
    ['clamps 31 August to 29 February in a leap year', '2027-08-31T12:00:00.001Z', '2028-02-29T12:00:00.001Z'],
    ['clamps 29 August to 28 February', '2026-08-29T00:00:00.000Z', '2027-02-28T00:00:00.000Z'],
    ['knows that 2100 is no leap year', '2099-08-30T00:00:00.000Z', '2100-02-28T00:00:00.000Z'],
    ['clamps 31 March to 30 September', '2026-03-31T08:00:00.000Z', '2026-09-30T08:00:00.000Z'],
    ['clamps 31 December to 30 June', '2026-12-31T08:00:00.000Z', '2027-06-30T08:00:00.000Z'],
    ['leaves 29 February alone', '2028-02-29T08:00:00.000Z', '2028-08-29T08:00:00.000Z'],
  ])('%s (AUT-4)', (_name, from, to) => {
    expect(sixMonthsAfter(new Date(from)).toISOString()).toBe(to)
  })

  test('is always 181 to 184 days, the clamp aside, and never changes its argument', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2400-01-01'), noInvalidDate: true }), (date) => {
        const before = date.getTime()
        const days = (sixMonthsAfter(date).getTime() - before) / 86_400_000
        expect(days).toBeGreaterThanOrEqual(181)
        expect(days).toBeLessThanOrEqual(184)
        expect(date.getTime()).toBe(before)
      }),
    )
  })
})
