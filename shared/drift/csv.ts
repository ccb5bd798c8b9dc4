import { FileError } from './file-error.ts'

/** One record of a CSV file, and the line of the file on which it begins, from 1. */
export interface CsvRecord {
  line: number
  cells: string[]
}

const LINE_BREAK = /\r\n|\r|\n/g

/**
 * The records of a CSV file (RFC 4180): cells in quotes may hold separators, line breaks and doubled quotes; lines end
 * as on any system; empty ones are no records. A quote inside a cell that does not begin with one is a character.
 * @throws {FileError} naming the line where a quote is not closed, or is followed by more than a separator.
 */
export function* parseCsv(text: string, separator: string): Generator<CsvRecord> {
  const bare = new RegExp(`[^${separator}\r\n]*`, 'y')
  let line = 1
  let at = 0
  while (at < text.length) {
    const record: CsvRecord = { line, cells: [] }
    let end: string | undefined
    do {
      const cell = text[at] === '"' ? quotedCell(text, at, line) : bareCell(text, at, bare)
      record.cells.push(cell.value)
      line += cell.value.match(LINE_BREAK)?.length ?? 0
      end = endOf(text, cell.end, separator, line)
      at = cell.end + end.length
    } while (end === separator)
    line += 1
    if (record.cells.length > 1 || record.cells[0] !== '') yield record
  }
}

interface Cell {
  value: string
  /** Where it ends in the text. */
  end: number
}

function bareCell(text: string, at: number, bare: RegExp): Cell {
  bare.lastIndex = at
  const value = bare.exec(text)?.[0] ?? ''
  return { value, end: at + value.length }
}

function quotedCell(text: string, at: number, line: number): Cell {
  let end = at + 1
  for (;;) {
    end = text.indexOf('"', end)
    if (end < 0) {
      const place = { line, column: columnOf(text, at), expected: 'a closing quote' }
      throw new FileError(`Line ${line}: a quote is opened and never closed`, place)
    }
    if (text[end + 1] !== '"') break
    end += 2
  }
  return { value: text.slice(at + 1, end).replaceAll('""', '"'), end: end + 1 }
}

/** What stands behind a cell: a separator, a line break, or nothing at the end of the file. */
function endOf(text: string, at: number, separator: string, line: number): string {
  const next = text[at] ?? ''
  if (next === '' || next === separator || next === '\n') return next
  if (next === '\r') return text[at + 1] === '\n' ? '\r\n' : next
  const message = `Line ${line}: ${JSON.stringify(next)} stands behind a closing quote; a quote inside is doubled`
  const expected = `${JSON.stringify(separator)}, a line break or the end of the file`
  throw new FileError(message, { line, column: columnOf(text, at), expected })
}

/** Which character of its line stands at a place, from 1. */
const columnOf = (text: string, at: number): number => {
  const before = text.slice(0, at)
  return at - Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'))
}
