import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ScimError } from '../../../shared/scim/error.ts'
import { parseJson } from '../../../shared/scim/json.ts'
import { MAX_JSON_DEPTH } from '../../../shared/scim/limits.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const at = (position: number, reason: string) => `Cannot read the body at character ${position}: ${reason}`
const inexact = (number: string) => `the number ${JSON.stringify(number)} cannot be kept exactly; send it as a string`
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

function refusal(body: string | Uint8Array): unknown {
  try {
    return parseJson(body)
  } catch (error) {
    return error
  }
}

describe('parseJson()', () => {
  test('agrees with JSON.parse on every JSON text', () =>
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(undefined, 1, '\t'), (text, space) => {
        const spaced = JSON.stringify(JSON.parse(text), undefined, space)
        expect(JSON.stringify(parseJson(utf8(spaced)))).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 500 },
    ))

  test('agrees with JSON.parse on what is no JSON, or refuses it as invalidSyntax', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '\\',
    )
    return fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        const read = refusal(text)
        if (read instanceof ScimError) expect(read).toMatchObject({ status: 400, scimType: 'invalidSyntax' })
        else expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    [
      '{"a": [1, -2.5, 1e2, 1.0], "b": {"c": null}, "d": true, "e": false}',
      { a: [1, -2.5, 100, 1], b: { c: null }, d: true, e: false },
    ],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"', '"\\/\b\f\n\r\té😀'],
    [' \t\r\n[ ] ', []],
    ['{ }', {}],
    ['\uFEFF{"a":1}', { a: 1 }],
  ])('reads %s', (text, expected) => {
    expect(parseJson(text)).toEqual(expected)
    expect(parseJson(utf8(text))).toEqual(expected)
  })

  test.each([
    ['', 'Cannot read the body: it is empty; send a JSON object'],
    ['  ', 'Cannot read the body: it is empty; send a JSON object'],
    ['{"a" 1}', at(6, 'expected ":", found "1"')],
    ['{"a":1,}', at(8, 'expected a name in double quotes, found "}"')],
    ['{"a":1', at(7, 'expected "," or "}", found the end of the body')],
    ['[1 2]', at(4, 'expected "," or "]", found "2"')],
    ['[1,]', at(4, 'expected a value, found "]"')],
    ['{} x', at(4, 'expected the end of the body, found "x"')],
    ["{'a':1}", at(2, 'expected a name in double quotes, found "\'"')],
    ['nul', at(1, 'expected a value, found "n"')],
    ['NaN', at(1, 'expected a value, found "N"')],
    ['01', at(2, 'expected the end of the body, found "1"')],
    ['+1', at(1, 'expected a value, found "+"')],
    ['😀', at(1, 'expected a value, found "😀"')],
    ['"\\x"', at(2, 'expected an escape: \\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\u, found "\\\\"')],
    ['"\\u12g4"', at(4, 'expected four hexadecimal digits, found "1"')],
    ['"a\nb"', at(3, 'expected a closing quote, or an escape where there is a control character, found "\\n"')],
    [
      '"a',
      at(3, 'expected a closing quote, or an escape where there is a control character, found the end of the body'),
    ],
  ])('refuses %j and says where and why (MED-4)', (text, message) => {
    expect(refusal(text)).toMatchObject({ name: 'ScimError', status: 400, scimType: 'invalidSyntax', message })
  })

  test.each([
    ['a name twice', '{"a":1,"b":{"a":2},"a":3}', at(20, 'the name "a" stands twice in one object; send it once')],
    [
      'a name twice, once escaped',
      '{"a":1,"\\u0061":2}',
      at(8, 'the name "a" stands twice in one object; send it once'),
    ],
    [
      '__proto__ twice',
      '{"__proto__":1,"__proto__":2}',
      at(16, 'the name "__proto__" stands twice in one object; send it once'),
    ],
    [
      'an escaped half surrogate pair',
      '["\\ud83d"]',
      at(2, 'the text holds half a surrogate pair; escape whole pairs'),
    ],
    [
      'escaped halves in the wrong order',
      '"\\ude00\\ud83d"',
      at(1, 'the text holds half a surrogate pair; escape whole pairs'),
    ],
    ['half a pair in a name', '{"\\ud83d":1}', at(2, 'the text holds half a surrogate pair; escape whole pairs')],
    [
      'a raw half surrogate pair',
      '"\ud83d"',
      'Cannot read the body: it holds half a surrogate pair; encode it as UTF-8',
    ],
    ['a number past the doubles', '[1e400]', at(2, inexact('1e400'))],
    ['a number that vanishes', '1e-400', at(1, inexact('1e-400'))],
    ['an integer that loses digits', '12345678901234567890', at(1, inexact('12345678901234567890'))],
    ['the first integer that loses a digit', '9007199254740993', at(1, inexact('9007199254740993'))],
    ['a fraction that loses digits', '0.12345678901234567890123', at(1, inexact('0.12345678901234567890123'))],
    ['nesting past the limit', nested(MAX_JSON_DEPTH + 1), at(33, 'it is nested deeper than 32 levels; flatten it')],
    ['objects past the limit', '{"a":'.repeat(33), at(161, 'it is nested deeper than 32 levels; flatten it')],
  ])('refuses %s (SECURITY.md rule 8)', (_name, text, message) => {
    expect(refusal(text)).toMatchObject({ name: 'ScimError', status: 400, scimType: 'invalidSyntax', message })
  })

  test.each([
    ['a stray byte', [0x22, 0xff, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut character', [0x22, 0xe2, 0x82, 0x22]],
  ])('refuses broken UTF-8: %s', (_name, bytes) => {
    const message = 'Cannot read the body: it is not valid UTF-8; encode it as UTF-8'
    expect(refusal(Uint8Array.from(bytes))).toMatchObject({ status: 400, scimType: 'invalidSyntax', message })
  })

  test.each(['0', '-0', '0.1', '1.50', '1E+2', '9007199254740991', '1e22', '100000000000000000000', '5e-324', '0.0'])(
    'keeps the number %s',
    (text) => {
      expect(parseJson(text)).toBe(Number(text))
    },
  )

  test('reads arrays inside each other down to the limit', () => {
    expect(JSON.stringify(parseJson(nested(MAX_JSON_DEPTH)))).toBe(nested(MAX_JSON_DEPTH))
  })

  test('takes prototype names as plain data (MED-6)', () => {
    const object = parseJson('{"__proto__":{"polluted":true},"constructor":1,"toString":"x","hasOwnProperty":null}')
    expect(Object.getPrototypeOf(object)).toBeNull()
    expect(JSON.stringify(object)).toBe(
      '{"__proto__":{"polluted":true},"constructor":1,"toString":"x","hasOwnProperty":null}',
    )
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test.each([
    ['opening brackets', '['.repeat(5_000_000)],
    ['opening objects', '{"a":'.repeat(1_000_000)],
    ['digits', '1'.repeat(1_000_000)],
    ['an unfinished string', `"${'a'.repeat(1_000_000)}`],
    ['unfinished escapes', `"${'\\n'.repeat(500_000)}`],
    ['an exponent', `1e${'9'.repeat(1_000_000)}`],
  ])('refuses a bomb of %s', (_name, text) => {
    expect(refusal(text)).toMatchObject({ status: 400, scimType: 'invalidSyntax' })
  })

  test('quotes at most some 80 characters of what was sent', () => {
    const error = refusal(`{"${'n'.repeat(500)}":1,"${'n'.repeat(500)}":2}`) as Error
    expect(error.message).toBe(at(507, `the name "${'n'.repeat(80)}..." stands twice in one object; send it once`))
  })
})
