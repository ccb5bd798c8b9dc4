import { withoutControls } from './plain-text.ts'
import type { Column } from './table.ts'

/** What spreadsheets take for a formula when a cell begins with it (SECURITY I6). */
const FORMULA = /^[=+\-@\t\r]/

/** The first line of a CSV file: the names of the columns. */
export const csvHeader = (columns: readonly Column<never>[]): string => toRecord(columns.map(({ header }) => header))

/** Rows as RFC 4180 text: every cell quoted, none of them a formula, CRLF behind every line. */
export const toCsv = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string =>
  rows.map((row) => toRecord(columns.map(({ get }) => get(row)))).join('')

const toRecord = (cells: readonly (string | number | boolean | undefined)[]): string =>
  `${cells.map(quoteCell).join(',')}\r\n`

function quoteCell(value: string | number | boolean | undefined): string {
  const text = withoutControls(String(value ?? ''))
  const harmless = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}
