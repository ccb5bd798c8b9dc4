import { HOUR_MS, hourOf } from '../../shared/audit/chain/digest.ts'
import type { EventRow } from '../../shared/audit/event-row.ts'
import { type EventPart, walkEvents } from '../../shared/audit/reading/walk-events.ts'
import { regionOf } from '../../shared/store/regions/region.ts'
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
  /** Events before are no longer there: their time was over. */
  eventsFrom: number
  /** Whether what is older than its retention is gone; an archive keeps it. */
  expire: boolean
  hours: AsyncGenerator<HourRows, void>
}

/** Days that one question of the service answers at once, and questions that are on their way while another's rows are read. */
const SPAN_MS = 7 * 24 * HOUR_MS
const AHEAD = 4

/** Those of the service, asked part by part. */
export function rowsOfService(api: Api, { from, to, eventsFrom }: Range, signal: AbortSignal): Rows {
  const hours = byHour(walkAhead(partsOfService(api, from, to, signal)))
  return { from, to, eventsFrom, expire: true, hours }
}

/** What is asked for of what is there: epoch milliseconds. */
type Range = Pick<Rows, 'from' | 'to' | 'eventsFrom'>

/** Whole days side by side, so that no question waits for the one before; each begun when it is asked for. */
function* partsOfService(api: Api, from: number, to: number, signal: AbortSignal) {
  for (let start = from; start <= to; ) {
    const end = Math.floor(start / SPAN_MS) * SPAN_MS + SPAN_MS
    const range = { from: toInstant(start), to: toInstant(Math.min(to, end - 1)) }
    yield walkEvents(api, { ...range, type: 'ALL', allowEmpty: 'true' }, signal)
    start = end
  }
}

const toInstant = (ms: number): string => new Date(ms).toISOString()

/** The parts of walk after walk; the first part of the next few is asked for meanwhile. */
async function* walkAhead(walks: Iterable<AsyncGenerator<EventPart>>): AsyncGenerator<EventRow[]> {
  const begun: { walk: AsyncGenerator<EventPart>; first: Promise<IteratorResult<EventPart>> }[] = []
  const further = walks[Symbol.iterator]()
  for (;;) {
    while (begun.length < AHEAD) {
      const { done, value: walk } = further.next()
      if (done) break
      const first = walk.next()
      // Whoever comes to it hears that it failed.
      first.catch(() => {})
      begun.push({ walk, first })
    }
    const one = begun.shift()
    if (!one) return
    for (let part = await one.first; !part.done; part = await one.walk.next()) yield part.value.rows
  }
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

/** Those that one of several regions wrote: its digests vouch for no others. */
export async function* writtenBy(
  hours: AsyncIterable<HourRows>,
  { own, home }: { own: string; home: string },
): AsyncGenerator<HourRows, void> {
  for await (const { hour, rows } of hours) {
    const theirs = rows.filter(({ DETAILS }) => regionOf(JSON.parse(DETAILS ?? '{}').wrote, home) === own)
    if (theirs.length > 0) yield { hour, rows: theirs }
  }
}

/** Whether all of an hour is in a range. */
export const isWithin = (hour: string, { from, to }: Pick<Rows, 'from' | 'to'>): boolean =>
  Date.parse(hour) >= from && Date.parse(hour) + HOUR_MS - 1 <= to
