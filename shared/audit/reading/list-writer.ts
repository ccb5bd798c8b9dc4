import { csvRecord } from '../csv-record.ts'
import { plainJson } from '../plain-text.ts'

/** What a column of a file shows of a row; `undefined` shows nothing. */
export interface FileColumn<Row> {
  header: string
  get(row: Row): string | number | boolean | undefined
}

/** A list that is written in parts: `next` is the text of the next rows, `end` what stands behind the last. */
export interface ListWriter<Row> {
  next(rows: readonly Row[]): string
  end(): string
}

/** A list as RFC 4180 text: every cell quoted, none of them a formula, CRLF behind every line. */
export const csvWriter = <Row>(columns: readonly FileColumn<Row>[]): ListWriter<Row> =>
  withBeginning(csvRecord(columns.map(({ header }) => header)), (rows) =>
    rows.map((row) => csvRecord(columns.map(({ get }) => get(row)))).join(''),
  )

/** A list with something before its first row, rows or not. */
export function withBeginning<Row>(beginning: string, toText: (rows: readonly Row[]) => string): ListWriter<Row> {
  let begun = false
  const next = (rows: readonly Row[]) => {
    const text = `${begun ? '' : beginning}${toText(rows)}`
    begun = true
    return text
  }
  return { next, end: () => (begun ? '' : next([])) }
}

/** A list as one array of JSON. */
export function jsonWriter(): ListWriter<unknown> {
  let before = '['
  return {
    next: (rows) =>
      rows
        .map((row) => {
          const text = `${before}\n${plainJson(row, 2).replace(/^/gm, '  ')}`
          before = ','
          return text
        })
        .join(''),
    end: () => (before === '[' ? '[]\n' : '\n]\n'),
  }
}
