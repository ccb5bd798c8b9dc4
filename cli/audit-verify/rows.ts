import { HOUR_MS, hourOf } from '../../shared/audit/chain/digest.ts'
import type { EventRow } from '../../shared/audit/event-row.ts'
import { walkEvents } from '../../shared/audit/reading/walk-events.ts'
import type { Api } from '../api.ts'

/** Events of one hour after the other; hours without any are left out. */
export interface HourRows {
  hour: string
  rows: EventRow[]
}

/** Events to be verified, and the range of which all are there: epoch milliseconds. */
export interface Rows {
  from: number
  to: number
  hours: AsyncGenerator<HourRows, void>
}

/** Those of the service, asked part by part. */
export function rowsOfService(api: Api, from: number, to: number, signal: AbortSignal): Rows {
  if (from > to) return { from, to, hours: byHour([]) }
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  return { from, to, hours: byHour(partsOfService(api, range, signal)) }
}

async function* partsOfService(
  api: Api,
  range: { from: string; to: string },
  signal: AbortSignal,
): AsyncGenerator<EventRow[]> {
  for await (const { rows } of walkEvents(api, { ...range, type: 'ALL', allowEmpty: 'true' }, signal)) yield rows
}

/** Groups rows that come in order of time. */
export async function* byHour(parts: AsyncIterable<EventRow[]> | Iterable<EventRow[]>): AsyncGenerator<HourRows, void> {
  let open: HourRows | undefined
  for await (const rows of parts) {
    for (const row of rows) {
      const hour = hourOf(Date.parse(row.EVENT_TIMESTAMP))
      if (open && open.hour !== hour) yield open
      if (open?.hour !== hour) open = { hour, rows: [] }
      open.rows.push(row)
    }
  }
  if (open) yield open
}

/** Whether all of an hour is in a range. */
export const isWithin = (hour: string, { from, to }: Pick<Rows, 'from' | 'to'>): boolean =>
  Date.parse(hour) >= from && Date.parse(hour) + HOUR_MS - 1 <= to
