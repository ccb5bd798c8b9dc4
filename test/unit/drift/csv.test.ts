import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCsv } from '../../../shared/drift/csv.ts'
import { FileError } from '../../../shared/drift/file-error.ts'

const rowsOf = (text: string, separator = ',') => [...parseCsv(text, separator)].map(({ cells }) => cells)
const linesOf = (text: string) => [...parseCsv(text, ',')].map(({ line }) => line)

describe('parseCsv() (RFC 4180)', () => {
  test.each([
    [
      'cells and lines',
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'no line break at the end',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['carriage returns alone', 'a\rb\r', [['a'], ['b']]],
    ['quotes, separators and line breaks in quotes', '"a ""b""","c,d\r\ne"', [['a "b"', 'c,d\r\ne']]],
    ['a quote inside a cell without', 'Hugo "Huey" Hazel,x', [['Hugo "Huey" Hazel', 'x']]],
    [
      'empty cells, also the last',
      ',,\na,',
      [
        ['', '', ''],
        ['a', ''],
      ],
    ],
    ['empty lines as none', 'a\n\n\r\nb\n', [['a'], ['b']]],
    ['what begins like a formula as text', '=1+1,@x', [['=1+1', '@x']]],
  ])('reads %s', (_name, text, rows) => {
    expect(rowsOf(text)).toEqual(rows)
  })

  test('says on which line each record begins', () => {
    expect(linesOf('a\n"b\nc\r\nd",x\n\ne')).toEqual([1, 2, 6])
  })

  test.each([
    ['a\nx,"b', 'Line 2: a quote is opened and never closed', { column: 3, expected: 'a closing quote' }],
    [
      'a\r"b"c',
      'Line 2: "c" stands behind a closing quote; a quote inside is doubled',
      { column: 4, expected: '",", a line break or the end of the file' },
    ],
  ])('refuses %j, saying where', (text, message, place) => {
    expect(() => rowsOf(text)).toThrow(new FileError(message, { line: 2, ...place }))
  })

  test('reads what any writer that quotes has written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\t', '\r', '\n', ' ', '=') })
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 })
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
    return fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        (rows, separator, end) => {
          const text = rows.map((cells) => cells.map(quoted).join(separator)).join(end)
          expect(rowsOf(text, separator)).toEqual(rows)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('reads what a writer that quotes only where it must has written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ß', '"', ',', '\r', '\n', ' ') })
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 })
    const written = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
    return fc.assert(
      fc.property(table, (rows) => {
        expect(rowsOf(rows.map((cells) => `${cells.map(written).join(',')}\r\n`).join(''))).toEqual(rows)
      }),
      { numRuns: 500 },
    )
  })
})
