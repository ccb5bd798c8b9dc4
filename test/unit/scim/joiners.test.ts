import { describe, expect, test } from 'vitest'
import { JOINER_IN_PLACE } from '../../../shared/scim/joiners.ts'

/** How many of the joiners in a text stand where they belong. */
const inPlace = (text: string): number => text.match(JOINER_IN_PLACE)?.length ?? 0

/** What the standard's data says of a character, by a few of each kind and script. */
const DUAL = ['ب', 'ی', 'ک', '\u0712', '\u07CA', '\u0841', '\u1820', '\uA840', '\u{10D01}', '\u{1E900}']
const RIGHT = ['ا', 'د', 'ر', 'و', '\u0710', '\u0840', '\u{10D22}']
const NONE = ['ء', 'a', 'б', '\u0915', '\u07FA', '1', ' ']

describe('JOINER_IN_PLACE', () => {
  test('U+200C: after a letter that joins to the left, before one that joins to the right (RFC 5892 A.1)', () => {
    const counts = (before: string[], after: string[]) =>
      before.flatMap((first) => after.map((second) => inPlace(`${first}\u200C${second}`)))
    expect(new Set(counts(DUAL, [...DUAL, ...RIGHT]))).toEqual(new Set([1]))
    expect(new Set(counts(DUAL, NONE))).toEqual(new Set([0]))
    expect(new Set(counts([...RIGHT, ...NONE], [...DUAL, ...RIGHT, ...NONE]))).toEqual(new Set([0]))
  })

  test('U+200C: marks between are transparent, anything else is not', () => {
    expect(inPlace('ب\u064E\u0651\u200C\u064Fب')).toBe(1)
    expect(inPlace('ب \u200Cب')).toBe(0)
    expect(inPlace('ب\u200C\u200Cب')).toBe(0)
  })

  test.each([
    ['Devanagari', '\u0915\u094D'],
    ['Bengali', '\u0995\u09CD'],
    ['Malayalam', '\u0D15\u0D4D'],
    ['Sinhala', '\u0D9A\u0DCA'],
    ['Khmer', '\u1780\u17D2'],
    ['Brahmi', '\u{11013}\u{11046}'],
  ])('either joiner after a virama: %s (RFC 5892 A.1, A.2)', (_script, text) => {
    expect([inPlace(`${text}\u200C`), inPlace(`${text}\u200D`)]).toEqual([1, 1])
    expect(inPlace(`${[...text][0]}\u200D`)).toBe(0)
  })

  test('U+200D: inside an emoji sequence', () => {
    expect(inPlace('👨\u200D👩\u200D👧')).toBe(2)
    expect(inPlace('👩🏽\u200D💻')).toBe(1)
    expect([inPlace('👩\u200D'), inPlace('\u200D👩'), inPlace('a\u200D👩'), inPlace('👩\u200C💻')]).toEqual([
      0, 0, 0, 0,
    ])
  })
})
