import { csvRecord } from '../shared/audit/csv-record.ts'
import type { Column } from './table.ts'

/** The first line of a CSV file: the names of the columns. */
export const csvHeader = (columns: readonly Column<never>[]): string => csvRecord(columns.map(({ header }) => header))

/** Rows as RFC 4180 text: every cell quoted, none of them a formula, CRLF behind every line. */
export const toCsv = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string =>
  rows.map((row) => csvRecord(columns.map(({ get }) => get(row)))).join('')
