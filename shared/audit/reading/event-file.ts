import { EVENT_COLUMNS, type EventRow } from '../event-row.ts'
import type { FileColumn } from './list-writer.ts'
import type { SaidRow } from './narrator.ts'

/** Events as a file holds them: every column. */
export const EVENT_FILE_COLUMNS: readonly FileColumn<EventRow>[] = EVENT_COLUMNS.map((header) => ({
  header,
  get: (row) => row[header] ?? undefined,
}))

/** The same with the sentence behind every column. */
export const SAID_COLUMNS: readonly FileColumn<SaidRow>[] = [
  ...EVENT_FILE_COLUMNS,
  { header: 'SENTENCE', get: ({ SENTENCE }) => SENTENCE },
]
