import { expect, test } from 'vitest'
import { tableOf } from '../../bench/report.ts'
import { fromMarkdown, toMarkdown } from '../../bench/table.ts'

const TABLE = toMarkdown(
  ['operation', 'units'],
  [
    ['GET user', '3 / 2 / 1'],
    ['list', 24],
  ],
)

test('a table is read as it was written', () => {
  expect(fromMarkdown(TABLE)).toEqual([
    { operation: 'GET user', units: '3 / 2 / 1' },
    { operation: 'list', units: '24' },
  ])
})

test('a page gives the table of a name', () => {
  expect(
    tableOf(
      `What it costs.\n\n<!-- table: a -->\n\n${TABLE}\n\n<!-- end -->\n\n<!-- table: b -->\n<!-- end -->\n`,
      'a',
    ),
  ).toBe(TABLE)
  expect(() => tableOf('<!-- table: a -->\n<!-- end -->', 'c')).toThrow('The page has no place for the table "c"')
})
