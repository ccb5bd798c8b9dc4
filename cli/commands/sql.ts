import * as z from 'zod'
import type { CsvTable, Found } from '../audit-file/ask.ts'
import { toHeader } from '../audit-file/header.ts'
import type { Cell } from '../audit-file/tables.ts'
import { offlineCommand } from '../command.ts'
import { UsageError } from '../failure.ts'
import { optional, repeated, someText } from '../flags.ts'
import { showList } from '../output.ts'

/** Rows that are written at once; a table is as wide as the widest of its first ones. */
const PART = 500
const DEFAULT_FILE = 'audit.sqlite'

const A_TABLE = 'expected a name and a file, such as idp=users.csv'
const csvTable = z.string().transform((text, context): CsvTable => {
  const [, name = '', path = ''] = /^([A-Za-z_]\w*)=(.+)$/.exec(text) ?? []
  if (name === '') context.addIssue(A_TABLE)
  return { name, path }
})

export const sqlCommand = offlineCommand({
  words: 'sql',
  summary: 'Ask a file that "export" made, in SQL; it is never changed',
  operands: [{ name: 'QUESTION', help: 'one SELECT, in the SQL of SQLite' }],
  flags: {
    file: optional('PATH', `the file to ask (default ${DEFAULT_FILE})`, someText),
    csv: repeated(
      'NAME=FILE',
      'a CSV file as a further table, its first line naming the columns; repeatable',
      csvTable,
    ),
  },
  examples: [
    'rolecall sql "select user_name from users where active = 0"',
    'rolecall sql "select idp.* from idp left join users on user_name = idp.email where id is null" --csv idp=users.csv',
  ],
  check: (_values, question = '') => {
    if (/^(?:[\s;]|--.*)*$/.test(question)) throw new UsageError('QUESTION is empty: give one SELECT')
  },
  run: async (session, { file = DEFAULT_FILE, csv }, question = '') => {
    // Other commands need no database, and start the sooner.
    const { askFile } = await import('../audit-file/ask.ts')
    const { columns: named, rows } = askFile(file, question, csv)
    const columns = toHeader(named)
    const view = columns.map((header, i) => ({ header, get: (row: Row) => row.cells[i] ?? undefined }))
    const count = await showList(session, { table: view }, partsOf(columns, rows))
    if (count === 0) session.terminal.tell('Nothing was found')
  },
})

/** A row that is a JSON object of its columns, and cells under columns of whatever name. */
interface Row {
  cells: readonly Cell[]
  toJSON(): object
}

function* partsOf(columns: readonly string[], rows: Found['rows']): Generator<Row[]> {
  let part: Row[] = []
  for (const cells of rows) {
    part.push({ cells, toJSON: () => Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? null])) })
    if (part.length < PART) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}
