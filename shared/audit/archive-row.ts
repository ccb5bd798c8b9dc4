import { EVENT_COLUMNS, presentEvent } from './event-row.ts'
import type { RestEvent } from './rest-event.ts'

/** The columns by which the archive is laid out; a question names the account, and better the days too. */
export const ARCHIVE_PARTITIONS = ['account', 'day'] as const

/** The columns of the archive: the auditor's in small letters, since the catalogue knows no others. */
export const ARCHIVE_COLUMNS: readonly { name: string; type: 'string' | 'int' }[] = EVENT_COLUMNS.map((column) => ({
  name: column.toLowerCase(),
  type: column === 'HTTP_STATUS' || column === 'DURATION_MS' ? 'int' : 'string',
}))

/** An event as it is archived: times as a file of `export` has them, so that one question is asked of both. */
export function toArchiveRow(event: RestEvent): Record<string, unknown> {
  const row = Object.entries(presentEvent(event)).map(([column, value]) => [column.toLowerCase(), value])
  const time = event.time.replace('T', ' ').replace('Z', '')
  return { ...Object.fromEntries(row), event_timestamp: time, account: event.account, day: event.time.slice(0, 10) }
}
