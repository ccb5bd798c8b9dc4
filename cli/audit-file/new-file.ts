import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Failure } from '../failure.ts'
import { CHANGES_SQL_VIEW, TABLES, type Table, toCreateTable } from './tables.ts'

/** An audit file that is being written: under another name until it is complete. */
export interface NewFile {
  insert<Row>(table: Table<Row>, rows: readonly Row[]): void
  /** Gives the file its name. */
  complete(): void
  /** Takes away what is not complete. */
  discard(): void
}

/**
 * Begins an audit file beside `path`, which only its owner can read.
 * @throws {Failure} where there is a file and it may not be replaced, or none can be made.
 */
export function newAuditFile(path: string, mayReplace: boolean): NewFile {
  if (!mayReplace && existsSync(path)) {
    throw new Failure(`The file ${path} exists: name another, or replace it with --force`)
  }
  const beside = `${path}.${process.pid}.part`
  const database = openBeside(beside, path)
  const discard = () => {
    if (database.isOpen) database.close()
    rmSync(beside, { force: true })
  }
  const writing = (work: () => void) => {
    try {
      work()
    } catch (cause) {
      discard()
      throw new Failure(`Cannot write ${path}: ${(cause as Error).message}`, { cause })
    }
  }
  writing(() => {
    for (const sql of ['PRAGMA journal_mode = OFF', 'PRAGMA synchronous = OFF', ...schema()]) database.exec(sql)
  })
  return {
    insert: (table, rows) => writing(() => insert(database, table, rows)),
    complete: () =>
      writing(() => {
        for (const sql of [...TABLES.flatMap(indexesOf), 'ANALYZE']) database.exec(sql)
        database.close()
        sync(beside)
        // Unlike a new name, a second one replaces no file that has come meanwhile.
        if (mayReplace) renameSync(beside, path)
        else linkSync(beside, path)
        rmSync(beside, { force: true })
      }),
    discard,
  }
}

const schema = () => [...TABLES.map(toCreateTable), CHANGES_SQL_VIEW]

/** Made at the end: rows then come in faster. */
const indexesOf = ({ name, indexes }: Table<never>): string[] =>
  indexes.map((columns) => `CREATE INDEX ${name}_by_${columns.join('_')} ON ${name} (${columns.join(', ')})`)

/** Its name is that of the process, so that two exports to one place write two files; what an earlier one left goes. */
function openBeside(beside: string, path: string): DatabaseSync {
  try {
    rmSync(beside, { force: true })
    closeSync(openSync(beside, 'wx', 0o600))
    return new DatabaseSync(beside)
  } catch (cause) {
    throw new Failure(`Cannot write ${path}: ${(cause as Error).message}`, { cause })
  }
}

/** In one transaction. Pages of a list may tell one object twice, after it has changed: the last one counts. */
function insert<Row>(database: DatabaseSync, { name, columns }: Table<Row>, rows: readonly Row[]): void {
  const values = columns.map(() => '?').join(', ')
  const statement = database.prepare(`INSERT OR REPLACE INTO ${name} VALUES (${values})`)
  database.exec('BEGIN')
  for (const row of rows) statement.run(...columns.map(({ get }) => get(row) ?? null))
  database.exec('COMMIT')
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r+')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
