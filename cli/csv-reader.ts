import { readFileSync } from 'node:fs'
import { Failure } from './failure.ts'

/** One line of a CSV file: its cells by the names of the columns, folded to small letters without spaces, `_` and `-`. */
export interface CsvRow {
  /** Where it begins in the file, from 1. */
  line: number
  cells: ReadonlyMap<string, string>
}

/** Reads a CSV file whose first line names its columns. @throws {Failure} when it cannot be read. */
export function readCsvFile(path: string): CsvRow[] {
  try {
    return parseCsv(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Failure(`Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

/**
 * Reads RFC 4180 text, with or without a byte order mark, lines ended in any way; empty lines are passed over.
 * @throws {Error} when a quote is left open.
 */
export function parseCsv(text: string): CsvRow[] {
  const [header, ...records] = splitRecords(text.replace(/^\uFEFF/, ''))
  const names = header?.cells.map(columnName) ?? []
  return records.map(({ line, cells }) => ({
    line,
    cells: new Map(names.map((name, i) => [name, (cells[i] ?? '').trim()])),
  }))
}

/** `User Name` and `user_name` are one column. */
export const columnName = (header: string): string => header.toLowerCase().replace(/[\s_-]/g, '')

interface Record {
  line: number
  cells: string[]
}

/** A cell, quoted or not, and what ends it. */
const CELL = /(?:"((?:[^"]|"")*)"[^\S\r\n]*|([^,\r\n]*))(,|\r\n|\r|\n|$)/y

function splitRecords(text: string): Record[] {
  const records: Record[] = []
  let record: Record = { line: 1, cells: [] }
  let line = 1
  for (CELL.lastIndex = 0; CELL.lastIndex < text.length; ) {
    const match = CELL.exec(text)
    const [whole, quoted, plain = '', end] = match ?? []
    if (whole === undefined || (quoted === undefined && plain.trimStart().startsWith('"'))) {
      throw new Error(`line ${line} has a quote that is not closed, or text behind one`)
    }
    record.cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    line += whole.match(/\r\n|\r|\n/g)?.length ?? 0
    if (end === ',' && CELL.lastIndex < text.length) continue
    if (end === ',') record.cells.push('')
    if (record.cells.some((cell) => cell.trim() !== '')) records.push(record)
    record = { line, cells: [] }
  }
  return records
}
