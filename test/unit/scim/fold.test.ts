import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldName, toComparisonForm } from '../../../shared/scim/fold.ts'
import { attribute } from '../../../shared/scim/schemas/define.ts'

const unicode = fc.string({ unit: 'binary' })

describe('foldName()', () => {
  test.each([
    ['letter case', 'MIKE@Example.COM', 'mike@example.com'],
    ['the Kelvin sign', 'mi\u212Ae', 'mike'],
    ['the long s', '\u017Fam', 'sam'],
    ['full-width letters', '\uFF2D\uFF29\uFF2B\uFF25', 'mike'],
    ['ligatures', '\uFB01nn', 'finn'],
    ['sharp s in both cases', 'Straße STRAẞE', 'strasse strasse'],
    ['final sigma', 'ΟΔΥΣΣΕΥΣ οδυσσευς', 'οδυσσευσ οδυσσευσ'],
    ['composed and decomposed accents', 'JO\u0308RG', 'jörg'],
    ['iota subscript', 'ᾼ', 'αι'],
    ['the capital dotted I', '\u0130', 'i\u0307'],
    ['Georgian capitals', 'ᲐᲑ', 'აბ'],
    ['Deseret, outside the first plane', '\u{10400}', '\u{10428}'],
    ['joiners', 'می\u200Cخواهم क्\u200Dष', 'میخواهم क्ष'],
    ['a joiner between what composes', 'a\u200D\u0301', 'á'],
  ])('folds %s (CRE-4)', (_name, text, folded) => {
    expect(foldName(text)).toBe(folded)
  })

  test.each([
    ['the dotless i', 'm\u0131ke', 'mike'],
    ['a Cyrillic letter that looks alike', 'm\u0456ke', 'mike'],
    ['an accent', 'mïke', 'mike'],
    ['the dotted capital I', 'M\u0130KE', 'mike'],
  ])('keeps apart names that differ by %s', (_name, one, other) => {
    expect(foldName(one)).not.toBe(foldName(other))
  })

  test('folding twice changes nothing, for every code point', () => {
    const unstable: number[] = []
    for (let code = 0; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue
      const folded = foldName(String.fromCodePoint(code))
      if (foldName(folded) !== folded) unstable.push(code)
    }
    expect(unstable).toEqual([])
  })

  test('folding twice changes nothing, for any text', () =>
    fc.assert(
      fc.property(unicode, (text) => foldName(foldName(text)) === foldName(text)),
      { numRuns: 3000 },
    ))

  test('ASCII and Unicode rules agree', () =>
    fc.assert(fc.property(fc.string(), (text) => foldName(`${text}é`) === `${foldName(text)}é`)))
})

describe('toComparisonForm()', () => {
  const text = 'A\u200D\u00C9'
  test.each([
    ['as it is where case counts', attribute('id', '', { caseExact: true }), text],
    ['a name without joiners', attribute('userName', '', { identifier: true }), 'a\u00E9'],
    ['other text with them', attribute('title', ''), 'a\u200D\u00E9'],
  ])('takes %s', (_name, row, form) => {
    expect(toComparisonForm(row, text)).toBe(form)
  })

  test('leaves something of any text but a name (a key needs it)', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        (any) => toComparisonForm(attribute('title', ''), any) !== '',
      ),
    ))
})
