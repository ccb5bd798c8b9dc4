import { csvRecord } from '../../../shared/audit/csv-record.ts'
import type { Difference } from '../../../shared/drift/classes.ts'
import { CSV_COLUMNS } from '../../../shared/drift/difference-columns.ts'

/** Differences as `rolecall drift --output csv` writes them: no cell of it is a formula. */
export const toCsv = (rows: readonly Difference[]): string =>
  [
    csvRecord(CSV_COLUMNS.map(({ header }) => header)),
    ...rows.map((row) => csvRecord(CSV_COLUMNS.map(({ get }) => get(row)))),
  ].join('')
