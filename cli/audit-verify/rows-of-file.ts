import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ROLECALL } from '../../local/command-line.ts'
import type { EventRow } from '../../shared/audit/event-row.ts'
import { Failure } from '../failure.ts'
import { byHour, type Rows } from './rows.ts'

/** What stands at the beginning of a file of SQLite. */
const MAGIC = 'SQLite format 3\0'

/** Whether it is a file that `export` made. @throws {Failure} where there is none. */
export function isExport(path: string): boolean {
  if (!existsSync(path)) throw new Failure(`There is no file ${path}: make it with "${ROLECALL} export ${path}"`)
  const file = openSync(path, 'r')
  try {
    const begin = Buffer.alloc(MAGIC.length)
    readSync(file, begin, 0, MAGIC.length, 0)
    return begin.toString('latin1') === MAGIC
  } finally {
    closeSync(file)
  }
}

/** Those of a file that `export` made. @throws {Failure} where it cannot be read, or is of another account. */
export function rowsOfFile(path: string, account: string): Omit<Rows, 'eventsFrom'> {
  try {
    const database = new DatabaseSync(path, { readOnly: true })
    const facts = new Map(
      database
        .prepare('SELECT name, value FROM meta')
        .all()
        .map(({ name, value }) => [name, String(value)]),
    )
    if (facts.get('account') !== account) {
      throw new Failure(
        `The file ${path} is of the account ${facts.get('account')}: say --account ${facts.get('account')}`,
      )
    }
    const [from = 0, to = 0] = ['from', 'to'].map((name) => Date.parse(facts.get(name) ?? ''))
    return { from, to, expire: true, hours: byHour(rowsIn(database)) }
  } catch (cause) {
    throw cause instanceof Failure ? cause : new Failure(`Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

function* rowsIn(database: DatabaseSync): Generator<EventRow[]> {
  const sql = 'SELECT * FROM rest_event_history ORDER BY EVENT_TIMESTAMP, EVENT_ID'
  for (const row of database.prepare(sql).iterate()) yield [withIsoTime(row as unknown as EventRow)]
}

/** SQLite's own functions write a blank for the T, and no zone; so does the file. */
const withIsoTime = (row: EventRow): EventRow => ({
  ...row,
  EVENT_TIMESTAMP: row.EVENT_TIMESTAMP.replace(/^(\S+) (\S+)$/, '$1T$2Z'),
})
