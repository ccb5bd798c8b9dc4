import { EVENT_COLUMNS, type EventRow } from '../../shared/audit/event-row.ts'
import type { Change } from '../../shared/audit/rest-event.ts'
import type { ListView } from '../output.ts'
import { plainJson } from '../plain-text.ts'
import { toLines } from '../table.ts'

/** Events as a table shows them; a file has every column. */
export const EVENT_VIEW: ListView<EventRow> = {
  table: [
    { header: 'TIME', get: (row) => row.EVENT_TIMESTAMP },
    { header: 'METHOD', get: (row) => row.METHOD },
    { header: 'ENDPOINT', get: (row) => row.ENDPOINT },
    { header: 'STATUS', get: (row) => row.ERROR_CODE ?? row.HTTP_STATUS },
    { header: 'RESOURCE', get: (row) => row.RESOURCE_NAME ?? undefined },
    { header: 'ACTOR', get: (row) => row.ACTOR_NAME },
    { header: 'INTEGRATION', get: (row) => row.ACTOR_DOMAIN },
    { header: 'CLIENT IP', get: (row) => row.CLIENT_IP },
  ],
  csv: EVENT_COLUMNS.map((header) => ({ header, get: (row) => row[header] ?? undefined })),
}

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
