import { existsSync, readFileSync } from 'node:fs'
import { constants, DatabaseSync, type StatementSync } from 'node:sqlite'
import { ROLECALL } from '../../local/command-line.ts'
import { parseTable } from '../../shared/drift/header.ts'
import { Failure, UsageError } from '../failure.ts'
import { addArchive } from './archive-view.ts'
import { toHeader } from './header.ts'
import type { Cell } from './tables.ts'

/** A file of rows that a question may use as a table. */
export interface CsvTable {
  name: string
  path: string
}

/** What was found: the names of the columns, and rows as they are read. */
export interface Found {
  columns: string[]
  rows: Iterable<Cell[]>
}

/** What a question may do: read. Nothing is attached, set or written, not even for itself. */
const ALLOWED = [
  constants.SQLITE_SELECT,
  constants.SQLITE_READ,
  constants.SQLITE_FUNCTION,
  constants.SQLITE_RECURSIVE,
] as readonly number[]

/**
 * Asks an audit file, which is opened for reading; CSV files are tables of the memory beside it.
 * @throws {Failure} where there is no such file, or the question cannot be answered: with the tables and columns there are.
 */
export function askFile(path: string, sql: string, further: readonly CsvTable[]): Found {
  const database = openAuditFile(path)
  database.exec('PRAGMA temp_store = MEMORY')
  addArchive(database)
  for (const table of further) loadTable(database, table)
  const there = describeTables(database)
  database.setAuthorizer((action) => (ALLOWED.includes(action) ? constants.SQLITE_OK : constants.SQLITE_DENY))
  const explained = <T>(run: () => T): T => {
    try {
      return run()
    } catch (cause) {
      throw cause instanceof UsageError ? cause : new Failure(explain(cause as Error, there), { cause })
    }
  }
  const statement = explained(() => prepare(database, sql))
  const columns = explained(() => statement.columns().map(({ name }) => name))
  return { columns, rows: walk(statement, explained) }
}

function prepare(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql)
  const rest = sql.slice(sql.indexOf(statement.sourceSQL) + statement.sourceSQL.length)
  if (/^(?:[\s;]|--.*)*$/.test(rest)) return statement
  throw new UsageError(`One question at a time: ${JSON.stringify(rest.trim())} would not be asked`)
}

function* walk(statement: StatementSync, explained: <T>(run: () => T) => T): Generator<Cell[]> {
  statement.setReturnArrays(true)
  statement.setReadBigInts(true)
  const rows = explained(() => statement.iterate())
  for (;;) {
    const { done, value } = explained(() => rows.next())
    if (done) return
    yield (value as unknown as unknown[]).map(toSqlCell)
  }
}

/** Whole numbers that JSON does not hold, and bytes, are shown as text. */
function toSqlCell(value: unknown): Cell {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : (value as Cell)
}

function openAuditFile(path: string): DatabaseSync {
  if (!existsSync(path)) throw new Failure(`There is no file ${path}: make it with "${ROLECALL} export ${path}"`)
  try {
    const database = new DatabaseSync(path, { readOnly: true })
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return database
  } catch (cause) {
    throw new Failure(`Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

function loadTable(database: DatabaseSync, table: CsvTable): void {
  try {
    fillTable(database, table)
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new Failure(`Cannot use ${table.path}: ${(cause as Error).message}`, { cause })
  }
}

/** @throws {Error} where the file or the name of the table is not to be used. */
function fillTable(database: DatabaseSync, { name, path }: CsvTable): void {
  const { header, records } = parseTable(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
  if (header.length === 0) throw new Error('there is nothing in it: the first line names the columns')
  if (database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE').get(name)) {
    throw new UsageError(`--csv ${name}: the audit file has a table of this name, choose another`)
  }
  const columns = toHeader(header).map((column) => `${quoteName(column)} TEXT COLLATE NOCASE`)
  database.exec(`CREATE TEMP TABLE ${quoteName(name)} (${columns.join(', ')})`)
  const insert = database.prepare(`INSERT INTO ${quoteName(name)} VALUES (${header.map(() => '?').join(', ')})`)
  database.exec('BEGIN')
  for (const { cells } of records) insert.run(...header.map((_, i) => cells[i] ?? null))
  database.exec('COMMIT')
}

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Every table with its columns, a line each. */
function describeTables(database: DatabaseSync): string[] {
  const tables = database
    .prepare(
      `SELECT t.name AS name, group_concat(c.name, ', ') AS columns
       FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c
       WHERE t.schema IN ('main', 'temp') AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name ORDER BY t.schema, t.name`,
    )
    .all()
  return tables.map(({ name, columns }) => `${name} (${columns})`)
}

function explain({ message }: Error, there: readonly string[]): string {
  if (/not authorized|authorization denied|readonly|prohibited/.test(message)) {
    return `Only questions are answered, such as "select * from users": the file is never changed (${message})`
  }
  if (!/no such (?:table|column)|ambiguous column/.test(message)) return `Cannot answer: ${message}`
  return `Cannot answer: ${message}. There is\n${there.map((line) => `  ${line}`).join('\n')}`
}
