import { readFileSync } from 'node:fs'
import { PERFORMANCE, tableOf } from '../bench/report.ts'
import { fromMarkdown } from '../bench/table.ts'

/** What an operation takes, as the bench measured it: calls of DynamoDB in sequence, and capacity units. */
export interface Units {
  roundTrips: number
  readUnits: number
  writeUnits: number
}

/** The operations that the estimate counts, by their names in the table of docs/performance.md. */
const NAMES = {
  authorize: 'authorizer, cache miss',
  find: 'GET Users?filter=userName eq',
  page: 'list page of 100 users, with groups',
  create: 'POST user, whose address is its userName',
  change: 'PATCH user, one attribute',
  getGroup: 'GET group without members',
  addMember: 'PATCH group, add 1 member',
  historyRow: 'event history, last 5 minutes, 200 rows (units per row)',
} as const

export type Operation = keyof typeof NAMES

/**
 * The figures of a page's table of operations, of the larger of its two systems. The page is where the bench leaves what
 * it measured, and nothing else writes there: no second copy can fall behind it, and budgets, which are limits, are not
 * taken for figures.
 * @throws {Error} naming an operation that the table lacks.
 */
export function measuredOperations(page = readFileSync(PERFORMANCE, 'utf8')): Record<Operation, Units> {
  const rows = fromMarkdown(tableOf(page, 'operations'))
  const unitsOf = ([key, name]: [string, string]) => {
    const figures = rows.find(({ operation }) => operation === name)?.['10,000 users']
    const [roundTrips, readUnits, writeUnits] = (figures ?? '').split(' / ').map(Number)
    if (roundTrips === undefined || readUnits === undefined || writeUnits === undefined) {
      throw new Error(`docs/performance.md has no figures for "${name}": npm run bench -- --write measures them`)
    }
    return [key, { roundTrips, readUnits, writeUnits }]
  }
  return Object.fromEntries(Object.entries(NAMES).map(unitsOf))
}
