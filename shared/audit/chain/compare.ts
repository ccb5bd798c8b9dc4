import type { EventRow } from '../event-row.ts'
import { type Digest, type Entry, whatOf } from './digest.ts'
import { fingerprintOf } from './fingerprint.ts'

/** What is not as the chain says. */
export interface ChainFinding {
  kind:
    | 'altered'
    | 'added'
    | 'removed'
    | 'moved'
    | 'digest altered'
    | 'digest missing'
    | 'digest replaced'
    | 'digest late'
    | 'chain broken'
    | 'not the chain'
  /** Of the event; of a digest its hour. */
  time: string
  /** Of the event; none of a digest. */
  id?: string
  says: string
}

/** What an hour came to. */
export interface ComparedHour {
  findings: ChainFinding[]
  /** Events that are no longer there because their time was over: the archive has them. */
  expired: number
}

/** Which events may be gone by now. */
export interface Expiry {
  now: number
  /** Older events are not shown any more: epoch milliseconds. */
  eventsFrom: number
}

/** Holds the events of an hour against its digest. */
export function compareHour(digest: Digest, rows: readonly EventRow[], expiry: Expiry): ComparedHour {
  const open = new Map(digest.entries.map((entry) => [entry[0], entry]))
  const differing = rows.flatMap((row) => {
    const entry = open.get(row.EVENT_ID)
    open.delete(row.EVENT_ID)
    return judge(digest, row, entry) ?? []
  })
  const gone = [...open.values()]
  const removed = gone.filter((entry) => !isExpired(digest, entry, expiry))
  const findings = [...differing, ...removed.map((entry) => toRemoved(digest, entry))]
  findings.sort((a, b) => (a.time < b.time ? -1 : 1))
  return { findings, expired: gone.length - removed.length }
}

function judge(digest: Digest, row: EventRow, entry: Entry | undefined): ChainFinding | undefined {
  const about = { time: row.EVENT_TIMESTAMP, id: row.EVENT_ID }
  if (!entry) return { kind: 'added', ...about, says: `was not there when the hour was over: ${whatOf(row)}` }
  if (fingerprintOf(digest.account, row) === entry[2]) return undefined
  const was = timeOf(digest, entry)
  if (was !== row.EVENT_TIMESTAMP) return { kind: 'moved', ...about, says: `was at ${was}: ${entry[3]}` }
  return { kind: 'altered', ...about, says: `is not what it was: ${entry[3]}` }
}

const toRemoved = (digest: Digest, entry: Entry): ChainFinding => ({
  kind: 'removed',
  time: timeOf(digest, entry),
  id: entry[0],
  says: `is gone before its time: ${entry[3]}`,
})

const timeOf = ({ hour }: Digest, [, ms]: Entry): string => new Date(Date.parse(hour) + ms).toISOString()

function isExpired(digest: Digest, entry: Entry, { now, eventsFrom }: Expiry): boolean {
  // Of an hour with events it is always known: where it is not, nothing is excused.
  const keptUntil = digest.keptUntil === null ? Number.POSITIVE_INFINITY : Date.parse(digest.keptUntil)
  return now >= keptUntil || Date.parse(timeOf(digest, entry)) < eventsFrom
}
