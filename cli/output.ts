import { toCsv } from './csv.ts'
import { type Column, toTable } from './table.ts'

export type OutputFormat = 'table' | 'json' | 'csv'

/** How a list is shown: a table has room for less than a file. */
export interface ListView<Row> {
  table: readonly Column<Row>[]
  /** The columns of CSV; those of the table unless they are named. */
  csv?: readonly Column<Row>[]
}

/** A list in the form that was asked for; JSON is the service's own answer. */
export function formatList<Row>(rows: readonly Row[], { table, csv = table }: ListView<Row>, as: OutputFormat): string {
  if (as === 'json') return JSON.stringify(rows, null, 2)
  return as === 'csv' ? toCsv(rows, csv) : toTable(rows, table)
}
