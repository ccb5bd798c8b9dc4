import { plainJson } from '../shared/audit/plain-text.ts'
import { csvWriter, jsonWriter, type ListWriter, withBeginning } from '../shared/audit/reading/list-writer.ts'
import { type Column, tableWriter } from './table.ts'
import type { Terminal } from './terminal.ts'

/** How a command shows its result. */
export type OutputFormat = 'table' | 'json' | 'csv'

/** How a list is shown: a table has room for less than a file. */
export interface ListView<Row> {
  table: readonly Column<Row>[]
  /** The columns of CSV; those of the table unless they are named. */
  csv?: readonly Column<Row>[]
  /** What a table shows under each row. */
  below?(row: Row): string
  /** Whether the list goes on until it is interrupted: JSON is one object a line then. */
  isEndless?: boolean
}

/** Writes a list in the form that was asked for, each part as it arrives; JSON is the service's own answer. */
export async function showList<Row>(
  { terminal, output }: { terminal: Terminal; output: OutputFormat },
  view: ListView<Row>,
  parts: Iterable<readonly Row[]> | AsyncIterable<readonly Row[]>,
): Promise<number> {
  const writer = listWriter(view, output)
  let count = 0
  for await (const rows of parts) {
    const text = writer.next(rows)
    if (text !== '') await terminal.write(text)
    count += rows.length
  }
  await terminal.write(writer.end())
  return count
}

function listWriter<Row>({ table, csv = table, below, isEndless }: ListView<Row>, as: OutputFormat): ListWriter<Row> {
  if (as === 'csv') return csvWriter(csv)
  if (as === 'table') return withBeginning('', tableWriter(table, below))
  return isEndless ? withBeginning('', toJsonLines) : jsonWriter()
}

const toJsonLines = (rows: readonly unknown[]): string => rows.map((row) => `${plainJson(row)}\n`).join('')
