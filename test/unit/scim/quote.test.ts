import { describe, expect, test } from 'vitest'
import { quote, quoteExpression } from '../../../shared/scim/quote.ts'

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

  test.each(['\u007f', '\u0085', '\u009b', '\u200b', '\u200c', '\u202e', '\u2028', '\ufeff', '\u{e0061}'])(
    'escapes what is not seen, or obeyed: %j',
    (text) => {
      const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'))
      const shown = `"a${units.map((unit) => `\\u${unit}`).join('')}é"`
      expect([quote(`a${text}é`), quoteExpression(`a${text}é`)]).toEqual([shown, shown])
      expect(JSON.parse(shown)).toBe(`a${text}é`)
    },
  )

  test('never cuts a character in half', () => {
    expect(quote(`${'x'.repeat(79)}😀y`)).toBe(`"${'x'.repeat(79)}..."`)
  })
})
