import { BRIEF_COLUMNS, type EventColumn, type EventRow } from '../../shared/audit/event-row.ts'
import { plainJson } from '../../shared/audit/plain-text.ts'
import { EVENT_FILE_COLUMNS } from '../../shared/audit/reading/event-file.ts'
import type { Change } from '../../shared/audit/rest-event.ts'
import type { ListView } from '../output.ts'
import { toLines } from '../table.ts'

/** Events as a table shows them; a file has every column. */
export const EVENT_VIEW: ListView<EventRow> = {
  table: BRIEF_COLUMNS.map(({ heading, column }) => ({ header: heading, get: (row) => shownValue(row, column) })),
  csv: EVENT_FILE_COLUMNS,
}

/** A failure's status is shown with its scimType. */
const shownValue = (row: EventRow, column: EventColumn) =>
  ((column === 'HTTP_STATUS' && row.ERROR_CODE) || row[column]) ?? undefined

/** What DETAILS holds, a line each; what a request changed as `before → after`. */
export function detailLines({ RESOURCE_ID, DETAILS }: EventRow): string {
  const { changes = [], ...details } = JSON.parse(DETAILS || '{}') as Record<string, unknown> & { changes?: Change[] }
  const named = Object.entries({ ...(RESOURCE_ID && { resourceId: RESOURCE_ID }), ...details })
  return toLines([
    ...changes.map(({ attribute, before, after }): [string, string] => [
      attribute,
      `${presentValue(before)} → ${presentValue(after)}`,
    ]),
    ...named.map(([name, value]): [string, string] => [name, presentValue(value)]),
  ])
}

const presentValue = (value: unknown): string => {
  if (value === undefined) return 'none'
  return typeof value === 'string' ? value : plainJson(value)
}
