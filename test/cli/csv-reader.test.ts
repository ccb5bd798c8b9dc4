import { describe, expect, test } from 'vitest'
import { parseCsvRows } from '../../cli/csv-reader.ts'

const rows = (text: string) => parseCsvRows(text).map(({ line, cells }) => [line, Object.fromEntries(cells)])

describe('parseCsvRows() (RFC 4180)', () => {
  test.each<[string, string, unknown[]]>([
    [
      'reads cells under the names of their columns',
      'a,b\n1,2\n3,4\n',
      [
        [2, { a: '1', b: '2' }],
        [3, { a: '3', b: '4' }],
      ],
    ],
    [
      'takes the names in any spelling',
      'User Name,display_name,E-Mail\nx,y,z',
      [[2, { username: 'x', displayname: 'y', email: 'z' }]],
    ],
    [
      'takes semicolons, as spreadsheets of many countries write them',
      'a;b\n"1;2";3,4\n',
      [[2, { a: '1;2', b: '3,4' }]],
    ],
    ['takes the line that names the separator', 'sep=;\r\na;b\r\n1;2\r\n', [[3, { a: '1', b: '2' }]]],
    ['takes tabs', 'a\tb\n1\t2\n', [[2, { a: '1', b: '2' }]]],
    ['passes over a byte order mark', '\uFEFFa\r\n1\r\n', [[2, { a: '1' }]]],
    [
      'reads quoted cells with commas, quotes and line breaks',
      'a,b\n"x, ""y""","1\n2"\nz,\n',
      [
        [2, { a: 'x, "y"', b: '1\n2' }],
        [4, { a: 'z', b: '' }],
      ],
    ],
    [
      'takes lines ended by CR, LF or both',
      'a\r1\n2\r\n3',
      [
        [2, { a: '1' }],
        [3, { a: '2' }],
        [4, { a: '3' }],
      ],
    ],
    ['passes over empty lines', 'a,b\n\n,\n1,2\n\n', [[4, { a: '1', b: '2' }]]],
    [
      'fills up short lines and drops what is beyond the header',
      'a,b\n1\n1,2,3\n',
      [
        [2, { a: '1', b: '' }],
        [3, { a: '1', b: '2' }],
      ],
    ],
    ['keeps a last empty cell without a line break behind it', 'a,b\n1,', [[2, { a: '1', b: '' }]]],
    ['has no rows of no text', '', []],
    ['takes white space around cells away', 'a , b\n x ,"y"\n', [[2, { a: 'x', b: 'y' }]]],
  ])('%s', (_name, text, expected) => {
    expect(rows(text)).toEqual(expected)
  })

  test.each([
    ['a quote that is not closed', 'a\n"x\n', 'Line 2: a quote is opened and never closed'],
    [
      'text behind a quoted cell',
      'a\n1\n"x"y\n',
      'Line 3: "y" stands behind a closing quote; a quote inside is doubled',
    ],
  ])('refuses %s', (_name, text, message) => {
    expect(() => parseCsvRows(text)).toThrow(message)
  })
})
