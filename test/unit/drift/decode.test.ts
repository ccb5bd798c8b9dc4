import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeText } from '../../../shared/drift/decode.ts'
import { FileError } from '../../../shared/drift/file-error.ts'

const TEXT = 'Name\nGül Ginkgo\n'
const utf8 = (text: string) => new TextEncoder().encode(text)
const utf16 = (text: string, isLittle: boolean) => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le')
  return isLittle ? bytes : bytes.swap16()
}
const refusal = (bytes: Uint8Array) => {
  try {
    return decodeText(bytes)
  } catch (error) {
    return error
  }
}

const HOW = 'save it as "CSV UTF-8", or as Unicode text'

describe('decodeText()', () => {
  test.each([
    ['UTF-8', utf8(TEXT)],
    ['UTF-8 with a byte order mark', utf8(`\uFEFF${TEXT}`)],
    ['UTF-16, little end first', utf16(TEXT, true)],
    ['UTF-16, big end first', utf16(TEXT, false)],
  ])('reads %s', (_name, bytes) => {
    expect(decodeText(bytes)).toBe(TEXT)
  })

  test.each([
    [
      'Latin-1',
      Buffer.from(TEXT, 'latin1'),
      'Byte 7 (0xfc), line 2, is no utf-8 text: save it as "CSV UTF-8", or as Unicode text',
      { line: 2, expected: HOW },
    ],
    [
      'UTF-16 without a mark',
      Buffer.from(TEXT, 'utf16le').subarray(0, 10),
      'Byte 2, line 1, is zero: UTF-16 needs a byte order mark; save it as "CSV UTF-8", or as Unicode text',
      { line: 1, expected: HOW },
    ],
    ['a file that is cut', utf8('Gü').subarray(0, 2), 'The file ends within a character: is it whole, and utf-8?', {}],
  ])('refuses %s, saying where', (_name, bytes, message, place) => {
    expect(refusal(bytes)).toEqual(new FileError(message, place))
  })

  test('reads back any text, and names the first byte that is none', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((some) => !some.includes('\0') && !some.startsWith('\uFEFF'))
    return fc.assert(
      fc.property(text, fc.string(), (before, after) => {
        expect(decodeText(utf8(before))).toBe(before)
        const bytes = Buffer.concat([utf8(before), Buffer.from([0xfe, 0x80]), utf8(after)])
        const at = utf8(before).length
        const line = before.split('\n').length
        if (at > 0) expect(String(refusal(bytes))).toContain(`Byte ${at + 1} (0xfe), line ${line},`)
      }),
    )
  })
})
