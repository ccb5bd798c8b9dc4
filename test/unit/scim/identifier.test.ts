import { describe, expect, test } from 'vitest'
import { checkIdentifier, checkText } from '../../../shared/scim/identifier.ts'
import { quote } from '../../../shared/scim/quote.ts'

describe('checkText()', () => {
  test.each(['', 'plain', 'two\nlines\r\n\tmore', '\u202Eturned', 'x\u200Dy', '\u00A0', '😀'])('accepts %j', (text) => {
    expect(checkText('title', text)).toBeUndefined()
  })

  test.each(['\0', 'a\u001B[31m', '\u0007', 'a\u007F', '\u0085', 'a\u009B31m', '\v', '\f', '\b'])(
    'refuses %j',
    (text) => {
      expect(() => checkText('title', text)).toThrow(
        expect.objectContaining({
          status: 400,
          scimType: 'invalidValue',
          message: `Cannot use title ${quote(text)}: it holds a control character; remove it`,
        }),
      )
    },
  )
})

describe('checkIdentifier()', () => {
  test.each([
    'bjensen@example.com',
    "O'Brien, Zoë",
    '田中 太郎',
    'مدیر',
    'DOMAIN\\user',
    'a#b',
    'Team 😀',
    'I ❤️ SQL',
    'می\u200Cخواهم',
    'پا\u064Eس\u0650\u200C\u064Fکار',
    'क्\u200Dष',
    'क्\u200Cष',
    'ක්\u200Dෂ',
    'ᠰᠠ\u200Cᠢᠨ',
    '𞤀\u200C𞤁',
    'Family 👨\u200D👩\u200D👧\u200D👦',
    'Doctors 👩🏽\u200D⚕\uFE0F',
    'Pride 🏳\uFE0F\u200D🌈',
    '__proto__',
    'x',
  ])('accepts %s', (name) => {
    expect(checkIdentifier('userName', name)).toBeUndefined()
  })

  test.each([
    ['a line feed', 'a\nb', 'it holds a control character'],
    ['NUL', 'a\0', 'it holds a control character'],
    ['a C1 control', 'a\u0085b', 'it holds a control character'],
    ['a zero-width space', 'mi\u200Bke', 'it holds an invisible character'],
    ['a zero-width joiner', 'mi\u200Dke', 'it holds an invisible character'],
    ['a zero-width non-joiner', 'mi\u200Cke', 'it holds an invisible character'],
    ['a non-joiner at the end of a Persian word', 'می\u200C', 'it holds an invisible character'],
    ['a non-joiner at the start of one', '\u200Cخواهم', 'it holds an invisible character'],
    ['a non-joiner after a letter that does not join', 'دا\u200Cر', 'it holds an invisible character'],
    ['two non-joiners', 'می\u200C\u200Cخواهم', 'it holds an invisible character'],
    ['a joiner between Persian letters', 'می\u200Dخواهم', 'it holds an invisible character'],
    ['a joiner between an emoji and a letter', '👩\u200Da', 'it holds an invisible character'],
    ['a non-joiner inside an emoji', '👩\u200C💻', 'it holds an invisible character'],
    ['a bidirectional override', 'abc\u202Edef', 'it holds an invisible character'],
    ['a byte order mark', '\uFEFFmike', 'it holds an invisible character'],
    ['a tag', 'mike\u{E0041}', 'it holds an invisible character'],
    ['a soft hyphen', 'mi\u00ADke', 'it holds an invisible character'],
    ['a Hangul filler', 'mike\u3164', 'it holds an invisible character'],
    ['a variation selector after a letter', 'mike\uFE0F', 'it holds an invisible character'],
    ['an unassigned code point', 'a\u0378', 'it holds a code point without a character'],
    ['a noncharacter', 'a\uFFFE', 'it holds a code point without a character'],
    ['the replacement character', 'J\uFFFDrg', 'it holds the replacement character, a sign of a broken encoding'],
    ['a line separator', 'a\u2028b', 'it holds a line or paragraph separator'],
    ['a paragraph separator', 'a\u2029b', 'it holds a line or paragraph separator'],
    ['half a surrogate pair', 'a\ud83d', 'it holds half a surrogate pair'],
    ['a leading space', ' mike', 'it holds a space at its start or end'],
    ['a trailing no-break space', 'mike\u00A0', 'it holds a space at its start or end'],
  ])('refuses %s (SECURITY.md section 2)', (_name, name, reason) => {
    expect(() => checkIdentifier('userName', name)).toThrow(
      expect.objectContaining({
        status: 400,
        scimType: 'invalidValue',
        message: `Cannot use userName ${quote(name)}: ${reason}; remove it`,
      }),
    )
  })

  test('refuses an empty name (CRE-3)', () => {
    expect(() => checkIdentifier('displayName', '')).toThrow(
      expect.objectContaining({
        status: 400,
        scimType: 'invalidValue',
        message: 'Cannot use an empty displayName: send at least one character',
      }),
    )
  })

  test('measures the folded name in bytes: 1,000 fit, one more does not', () => {
    expect(checkIdentifier('userName', 'a'.repeat(1000))).toBeUndefined()
    expect(checkIdentifier('userName', 'ẞ'.repeat(500))).toBeUndefined()
    expect(() => checkIdentifier('userName', 'a'.repeat(1001))).toThrow(
      `Cannot use userName "${'a'.repeat(80)}...": it takes 1001 bytes, at most 1000 are allowed`,
    )
    expect(() => checkIdentifier('userName', '\uFDFA'.repeat(40))).toThrow(
      'it takes 1320 bytes, at most 1000 are allowed',
    )
  })
})
