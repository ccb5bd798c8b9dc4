import { describe, expect, test } from 'vitest'
import { quote } from '../../../shared/scim/quote.ts'

describe('quote()', () => {
  test.each([
    ['text', '"text"'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [5, '5'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[], '[]'],
    [[1, 2], 'an array of 2'],
    [{ secret: 1 }, 'an object'],
    ['x'.repeat(81), `"${'x'.repeat(80)}..."`],
  ])('shows %j', (value, expected) => {
    expect(quote(value)).toBe(expected)
  })

  test('never cuts a character in half', () => {
    expect(quote(`${'x'.repeat(79)}😀y`)).toBe(`"${'x'.repeat(79)}..."`)
  })
})
