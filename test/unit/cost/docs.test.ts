import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dollarsOfMillion } from '../../bench/budget-table.ts'
import { tableOf } from '../../bench/report.ts'
import { fromMarkdown } from '../../bench/table.ts'
import { parseOptions } from '../../cost/options.ts'
import { costTables } from '../../cost/tables.ts'

const pageOf = (name: string) => readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8')

describe('docs/cost.md', () => {
  const page = pageOf('cost.md')

  test.each(Object.entries(costTables()))('%s is what the code says: npm run cost -- --write', (name, table) => {
    expect(tableOf(page, name)).toBe(table)
  })

  test('shows command lines that are understood', () => {
    const lines = [...page.matchAll(/^npm run cost -- (.+)$/gm)].map(([, line = '']) => line.split(' '))
    expect(lines.map((line) => parseOptions(line).size.users)).toEqual([5000, 5000, 5000, 5000])
  })

  test('has no table besides', () => {
    const named = [...page.matchAll(/<!-- table: (.+) -->/g)].map(([, name]) => name)
    expect(named).toEqual(Object.keys(costTables()))
  })
})

test('the dollars of docs/performance.md are of the same prices', () => {
  const rows = fromMarkdown(tableOf(pageOf('performance.md'), 'operations'))
  const priced = rows.map((row) => {
    const [, readUnits = Number.NaN, writeUnits = Number.NaN] = (row['10,000 users'] ?? '').split(' / ').map(Number)
    return [row.operation, dollarsOfMillion(readUnits, writeUnits).toFixed(2)]
  })
  expect(rows.map((row) => [row.operation, row['$ a million']])).toEqual(priced)
  expect(rows.length).toBeGreaterThan(20)
})
