import { dollarsFor } from '../cost/prices.ts'
import type { Measured } from './operations.ts'
import { round, toMarkdown } from './table.ts'

/** One operation at two sizes of the system. */
export interface Pair {
  small: Measured | undefined
  large: Measured
}

/**
 * Figures beside their budgets, at both sizes, and what the table costs for a million of the larger; the last column says
 * whether every budget is met and nothing grows.
 */
export function presentBudgets(pairs: readonly Pair[]): { text: string; over: string[] } {
  const rows = pairs.map(({ small, large }) => {
    const shown = [small, large].map((measured) => (measured ? figuresOf(measured) : undefined))
    return [
      large.name,
      budgetOf(large),
      shown[0]?.join(' / ') ?? '',
      shown[1]?.join(' / ') ?? '',
      dollarsOf(large),
      verdict({ small, large }),
    ]
  })
  const head = ['operation', 'budget: RT / read / write', '1,000 users', '10,000 users', '$ a million', 'verdict']
  return {
    text: toMarkdown(head, rows),
    over: rows.flatMap(([name, , , , , said]) => (said === 'ok' ? [] : [String(name)])),
  }
}

function figuresOf({ usage, per = 1, commitOnly }: Measured): number[] {
  const roundTrips = commitOnly ? usage.commitRoundTrips : usage.roundTrips
  return [roundTrips, round(usage.readUnits / per), round(usage.writeUnits / per)]
}

/** What DynamoDB charges for a million of them. */
function dollarsOf(measured: Measured): string {
  const [, reads = 0, writes = 0] = figuresOf(measured)
  return dollarsOfMillion(reads, writes).toFixed(2)
}

/** What DynamoDB charges for a million operations of so many units. */
export const dollarsOfMillion = (readUnits: number, writeUnits: number): number =>
  dollarsFor('readUnits', readUnits * 1_000_000) + dollarsFor('writeUnits', writeUnits * 1_000_000)

const budgetOf = ({ budget }: Measured): string => [budget.roundTrips, budget.readUnits, budget.writeUnits].join(' / ')

function verdict({ small, large }: Pair): string {
  if ([small, large].some((measured) => measured && isOver(measured))) return 'OVER'
  return small && grows(small, large) ? 'GROWS' : 'ok'
}

function isOver(measured: Measured): boolean {
  const { roundTrips, readUnits, writeUnits } = measured.budget
  const limits = [roundTrips, readUnits, writeUnits]
  return figuresOf(measured).some((figure, i) => figure > (limits[i] ?? Number.POSITIVE_INFINITY))
}

/** Ten times the data may cost a tenth more, which the sizes of single items account for. */
function grows(small: Measured, large: Measured): boolean {
  const before = figuresOf(small)
  return figuresOf(large).some((figure, i) => figure > Math.max(1, before[i] ?? 0) * 1.1)
}
