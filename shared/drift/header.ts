import { type CsvRecord, parseCsv } from './csv.ts'
import { FileError } from './file-error.ts'
import { FORMATS, type Format } from './formats.ts'

/** The header of a CSV file and what follows. */
export interface Table {
  /** As they are written. */
  header: readonly string[]
  /** {@link toColumnName} of each. */
  names: readonly string[]
  records: Iterable<CsvRecord>
}

const SEPARATORS = [',', ';', '\t'] as const
/** Templates of Microsoft begin with `version:v1.0`, spreadsheets with `sep=;`. */
const PREAMBLE = /^(?:version:|sep=)[^\r\n]*(?:\r\n|\r|\n)/i
/** Providers mark columns, in words that say nothing of what is in them. */
const MARKS = /\[(?:read only|required|upload only|must be[^\]]*)\]/gi
/** Templates of Microsoft have the name of the attribute in brackets, behind words of the reader's language. */
const BRACKETED = /^(.*)\[([a-z]\w*)\]/

const FORMAT_NAMES: ReadonlySet<string> = new Set(
  FORMATS.flatMap(({ needs, columns = {} }) => [...needs.flat(), ...Object.values(columns).flat()]),
)

/**
 * The name by which a column is known: lower case without blanks, `_`, `.` and marks; the name in brackets where one is
 * there. The `accountEnabled` of a template answers *Block sign in*, so that it gets another name than that of exports.
 */
export function toColumnName(header: string): string {
  const text = header.replace(MARKS, '').trim()
  const [, words = '', bracketed] = BRACKETED.exec(text) ?? []
  const name = (bracketed ?? text)
    .replace(/ required$/i, '')
    .replace(/[\s_.]/g, '')
    .toLowerCase()
  return name === 'accountenabled' && words.trim() !== '' ? 'blocksignin' : name
}

/** Reads a CSV file by the separator that shows most known names, else most columns. @throws {FileError} */
export function parseTable(text: string): Table {
  const hasPreamble = /^version:/i.test(text)
  const body = text.replace(PREAMBLE, '')
  const skipped = body.length < text.length ? 1 : 0
  const separator = SEPARATORS.toSorted((a, b) => worthOf(body, b) - worthOf(body, a))[0] as string
  const records = parseCsv(body, separator)
  const header = records.next().value?.cells ?? []
  const names = header
    .map(toColumnName)
    .map((name: string) => (hasPreamble && name === 'accountenabled' ? 'blocksignin' : name))
  return { header, names, records: numbered(records, skipped) }
}

function* numbered(records: Iterable<CsvRecord>, skipped: number): Generator<CsvRecord> {
  for (const { line, cells } of records) yield { line: line + skipped, cells }
}

/** Known names count most; among none, the separator that makes more columns. */
function worthOf(text: string, separator: string): number {
  const names = firstCells(text, separator).map(toColumnName)
  return names.filter((name) => FORMAT_NAMES.has(name)).length * 1000 + names.length
}

/** With the wrong separator the first line may be none that can be read. */
function firstCells(text: string, separator: string): readonly string[] {
  try {
    return parseCsv(text, separator).next().value?.cells ?? []
  } catch (error) {
    if (error instanceof FileError) return []
    throw error
  }
}

/** The formats that a header fits: one where the file is recognised. */
export const formatsOf = (names: readonly string[]): Format[] =>
  FORMATS.filter(
    ({ needs, without = [] }) =>
      needs.some((list) => list.every((name) => names.includes(name))) && !without.some((name) => names.includes(name)),
  )
