import { readFileSync } from 'node:fs'
import { EVENT_COLUMNS, type EventColumn, type EventRow } from '../../shared/audit/event-row.ts'
import { DIGESTS_QUERY } from '../../shared/audit/queries.ts'
import { parseCsv } from '../../shared/drift/csv.ts'
import { Failure } from '../failure.ts'
import { byHour, type Rows } from './rows.ts'

type Cells = Readonly<Record<string, unknown>>

/**
 * Those that a question of the archive found, as CSV of Athena or JSON of `sql`: what the table has no longer. All of
 * the range has to be in it, and nothing in it expires.
 * @throws {Failure} where it cannot be read, lacks a column, or is of another account.
 */
export function rowsOfArchive(path: string, account: string, range: Pick<Rows, 'from' | 'to'>): Rows {
  const rows = read(path).map((cells, n) => toRow(path, account, cells, n + 1))
  rows.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  return { ...range, eventsFrom: 0, expire: false, hours: byHour([withLastCounts(rows)]) }
}

function read(path: string): Cells[] {
  try {
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
    return /^\s*[[{]/.test(text) ? parseJson(text) : [...parseRecords(path, text)]
  } catch (cause) {
    throw cause instanceof Failure ? cause : new Failure(`Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

/** One list, or an object on each line. */
function parseJson(text: string): Cells[] {
  const lines = text.trimStart().startsWith('[') ? text : `[${text.trim().split(/\r?\n/).join(',')}]`
  return (JSON.parse(lines) as Cells[]).map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toUpperCase(), value])),
  )
}

/** Athena writes nothing where there is no value. */
function* parseRecords(path: string, text: string): Generator<Cells> {
  const records = parseCsv(text, ',')
  const names = (records.next().value?.cells ?? []).map((name: string) => name.trim().toUpperCase())
  requireColumns(path, names)
  for (const { cells } of records) {
    if (cells.length === 1 && cells[0] === '') continue
    yield Object.fromEntries(names.map((name: string, i: number) => [name, cells[i] === '' ? null : cells[i]]))
  }
}

/** @throws {Failure} naming what is needed for a fingerprint and is not there. */
function requireColumns(path: string, names: readonly string[]): void {
  const lacking = EVENT_COLUMNS.filter((name) => !names.includes(name))
  if (lacking.length > 0)
    throw new Failure(`${path} lacks ${lacking.join(', ')}: make it by the saved question ${DIGESTS_QUERY}`)
}

function toRow(path: string, account: string, cells: Cells, n: number): EventRow {
  requireColumns(path, Object.keys(cells))
  if (cells.ACCOUNT !== undefined && cells.ACCOUNT !== account)
    throw new Failure(`Row ${n} of ${path} is of the account ${cells.ACCOUNT}: say --account ${cells.ACCOUNT}`)
  const values = EVENT_COLUMNS.map((name) => [name, toRowValue(name, cells[name])])
  return Object.fromEntries(values) as unknown as EventRow
}

function toRowValue(name: EventColumn, value: unknown): unknown {
  if (value === null) return null
  if (name === 'HTTP_STATUS' || name === 'DURATION_MS') return Number(value)
  return name === 'EVENT_TIMESTAMP' ? String(value).replace(/^(\S+) (\S+?)Z?$/, '$1T$2Z') : value
}

const placeOf = (row: EventRow): string => `${row.EVENT_TIMESTAMP}#${row.EVENT_ID}`

/** A row that counts the callers of a minute is archived each time it grew: the last one is what it came to. */
function withLastCounts(rows: readonly EventRow[]): EventRow[] {
  const last = new Map<string, EventRow>()
  const isCount = ({ METHOD }: EventRow) => METHOD === 'ANY'
  for (const row of rows.filter(isCount)) {
    const before = last.get(row.EVENT_ID)
    if (!before || countOf(before) <= countOf(row)) last.set(row.EVENT_ID, row)
  }
  return rows.filter((row) => !isCount(row) || last.get(row.EVENT_ID) === row)
}

const countOf = ({ DETAILS }: EventRow): number => Number((JSON.parse(DETAILS) as { count?: number }).count ?? 0)
