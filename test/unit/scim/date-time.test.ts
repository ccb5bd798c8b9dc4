import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDateTime } from '../../../shared/scim/date-time.ts'

const dates = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
})

describe('parseDateTime()', () => {
  test('reads what Date writes as the same instant', () =>
    fc.assert(fc.property(dates, (date) => parseDateTime(date.toISOString()) === date.getTime())))

  test('reads any offset as the same instant (FIL-3)', () =>
    fc.assert(
      fc.property(dates, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, offset) => {
        const shifted = new Date(date.getTime() + offset * 60_000).toISOString()
        fc.pre(/^\d{4}-/.test(shifted))
        const minutes = Math.abs(offset)
        const zone = `${String(Math.trunc(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
        expect(parseDateTime(shifted.replace('Z', `${offset < 0 ? '-' : '+'}${zone}`))).toBe(date.getTime())
      }),
    ))

  test.each([
    ['without a fraction', '2011-05-13T04:42:34Z', Date.UTC(2011, 4, 13, 4, 42, 34)],
    ['with one digit', '2011-05-13T04:42:34.5Z', Date.UTC(2011, 4, 13, 4, 42, 34, 500)],
    ['with seven digits', '2011-05-13T04:42:34.1234567Z', Date.UTC(2011, 4, 13, 4, 42, 34) + 123.4567],
    ['without a zone, as UTC', '2011-05-13T04:42:34', Date.UTC(2011, 4, 13, 4, 42, 34)],
    ['with an offset', '2011-05-13T04:42:34+02:00', Date.UTC(2011, 4, 13, 2, 42, 34)],
    ['at the end of a day', '2011-12-31T24:00:00Z', Date.UTC(2012, 0, 1)],
    ['on a leap day', '2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['in the first century', '0099-01-01T00:00:00Z', Date.parse('0099-01-01T00:00:00Z')],
  ])('reads an instant %s (FIL-3)', (_name, text, expected) => {
    expect(parseDateTime(text)).toBeCloseTo(expected, 3)
  })

  test.each([
    '',
    'today',
    '2011-05-13',
    '2011-05-13T04:42Z',
    '2011-05-13 04:42:34Z',
    '2011-13-01T00:00:00Z',
    '2011-00-01T00:00:00Z',
    '2011-04-31T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2011-05-00T00:00:00Z',
    '2011-05-13T25:00:00Z',
    '2011-05-13T24:00:01Z',
    '2011-05-13T24:00:00.1Z',
    '2011-05-13T04:60:00Z',
    '2011-05-13T04:42:60Z',
    '2011-05-13T04:42:34.Z',
    '2011-05-13T04:42:34+14:01',
    '2011-05-13T04:42:34+0200',
    '2011-05-13T04:42:34z',
    ' 2011-05-13T04:42:34Z',
    '11-05-13T04:42:34Z',
    '2011-05-13T04:42:34+02:60',
    '٢٠١١-05-13T04:42:34Z',
  ])('knows no instant for "%s"', (text) => {
    expect(parseDateTime(text)).toBeUndefined()
  })
})
