import { expect, test } from 'vitest'
import { toHeader } from '../../../cli/audit-file/header.ts'
import { parseCsv } from '../../../cli/csv-rows.ts'

test.each([
  [
    'lines, whatever ends them',
    'a,b\r\n1,2\n3,4\r5,6',
    [
      ...[
        ['a', 'b'],
        ['1', '2'],
      ],
      ...[
        ['3', '4'],
        ['5', '6'],
      ],
    ],
  ],
  ['quotes, with commas, quotes and line breaks in them', '"a,""b""","c\nd"\n', [['a,"b"', 'c\nd']]],
  [
    'empty cells, and no empty lines',
    'a,,\n\n,\n',
    [
      ['a', '', ''],
      ['', ''],
    ],
  ],
  ['no byte order mark', '\ufeffa\n1', [['a'], ['1']]],
  ['nothing of nothing', '', []],
  ['a quote within a cell as it is', 'a"b,c', [['a"b', 'c']]],
])('parseCsv() finds %s', (_, text, rows) => {
  expect(parseCsv(text)).toEqual(rows)
})

test('toHeader() names each column once', () => {
  expect(toHeader(['Mail', ' mail ', '', 'x'])).toEqual(['Mail', 'mail_2', 'column_3', 'x'])
})
