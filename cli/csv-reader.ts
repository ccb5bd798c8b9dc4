import { readFileSync } from 'node:fs'
import { parseTable } from '../shared/drift/header.ts'
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
    return parseCsvRows(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Failure(`Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

/**
 * Reads RFC 4180 text, with or without a byte order mark, lines ended in any way, and with semicolons or tabs in place of
 * commas, as the header shows; lines without a value are passed over.
 * @throws {FileError} naming the line where a quote is not closed, or has text behind it.
 */
export function parseCsvRows(text: string): CsvRow[] {
  const { header, records } = parseTable(text.replace(/^\uFEFF/, ''))
  const names = header.map(columnName)
  const filled = [...records].filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  return filled.map(({ line, cells }) => ({
    line,
    cells: new Map(names.map((name, i) => [name, (cells[i] ?? '').trim()])),
  }))
}

/** `User Name` and `user_name` are one column. */
export const columnName = (header: string): string => header.toLowerCase().replace(/[\s_-]/g, '')
