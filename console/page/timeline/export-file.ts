import { csvRecord } from '../../../shared/audit/csv-record.ts'
import { EVENT_COLUMNS, type EventRow } from '../../../shared/audit/event-row.ts'
import type { Known } from '../../../shared/audit/sentences/facts.ts'
import { toText } from '../../../shared/audit/sentences/parts.ts'
import { toSentence } from '../../../shared/audit/sentences/sentence.ts'

export type ExportForm = 'csv' | 'json'

/** The beginning of a file of events. */
export const beginningOf = (form: ExportForm): string =>
  form === 'csv' ? csvRecord([...EVENT_COLUMNS, 'SENTENCE']) : '['

/** Events as a part of a file, each with its sentence, as the command line writes them. */
export function partOf(form: ExportForm, rows: readonly EventRow[], known: Known, isFirst: boolean): string {
  const said = rows.map((row) => ({ ...row, SENTENCE: toText(toSentence(row, known)) }))
  if (form === 'csv') {
    return said
      .map((row) => csvRecord([...EVENT_COLUMNS.map((column) => row[column] ?? undefined), row.SENTENCE]))
      .join('')
  }
  return said.map((row, i) => `${isFirst && i === 0 ? '\n' : ',\n'}${JSON.stringify(row)}`).join('')
}

/** The end of a file of events. */
export const endOf = (form: ExportForm): string => (form === 'csv' ? '' : '\n]\n')
