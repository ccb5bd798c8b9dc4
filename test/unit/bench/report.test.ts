import { expect, test } from 'vitest'
import { fillIn } from '../../bench/report.ts'

const PAGE =
  'What it costs.\n\n<!-- table: a -->\n\n| old |\n\n<!-- end -->\n\nAnd:\n\n<!-- table: b -->\n<!-- end -->\n'

test('tables take the place of older ones, and all else stays', () => {
  expect(fillIn(PAGE, { b: '| B |', a: '| A |' })).toBe(
    'What it costs.\n\n<!-- table: a -->\n\n| A |\n\n<!-- end -->\n\nAnd:\n\n<!-- table: b -->\n\n| B |\n\n<!-- end -->\n',
  )
})

test('a table without a place is an error', () => {
  expect(() => fillIn(PAGE, { c: '| C |' })).toThrow('The page has no place for the table "c"')
})
