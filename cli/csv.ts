import { withoutControls } from './plain-text.ts'
import type { Column } from './table.ts'

/** What spreadsheets take for a formula when a cell begins with it (SECURITY I6). */
const FORMULA = /^[=+\-@\t\r]/

/** Rows as RFC 4180 text: every cell quoted, none of them a formula. */
export function toCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [columns.map(({ header }) => header), ...rows.map((row) => columns.map(({ get }) => get(row)))]
  return lines.map((line) => line.map(toCell).join(',')).join('\r\n')
}

function toCell(value: string | number | boolean | undefined): string {
  const text = withoutControls(String(value ?? ''))
  const harmless = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}
