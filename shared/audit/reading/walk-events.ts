import type { EventAnswer } from '../event-answer.ts'
import { cursorOf } from '../event-cursor.ts'
import { MAX_LIMIT } from '../event-query.ts'
import type { EventRow } from '../event-row.ts'
import type { Service } from './service.ts'

/** The most events of one step of a walk: few enough to be answered soon, and to be held. */
const STEP_LIMIT = 2000

/** What is asked of the event history, as it was typed. */
export type Question = Readonly<Record<string, string | undefined>>

/** A part of an answer, oldest first. */
export interface EventPart {
  rows: EventRow[]
  /** The range that was asked for, both ends included. */
  from: string
  to: string
  /** Whether there is nothing else in the range. */
  isWhole: boolean
  /** Rows of the range that are no events as the service writes them. */
  unreadable: number
  /** What the service says that the answer does not show. */
  leftOut: string | undefined
  /** Where to follow on behind the newest of them. */
  follow: string
}

/** The `limit` most recent events of a range; asks on where an answer had to end earlier. */
export async function collectEvents(
  api: Service,
  question: Question,
  limit: number,
  signal?: AbortSignal,
): Promise<EventPart> {
  let part: EventPart | undefined
  let before: string | undefined
  do {
    const asked = Math.min(MAX_LIMIT, limit - (part?.rows.length ?? 0))
    const range = part && { last: undefined, from: part.from, to: part.to, allowEmpty: 'true' }
    const query = { ...question, ...range, limit: asked, before }
    const answer = await api.call<EventAnswer>({ path: ['events'], query, ...(signal && { signal }) })
    before = placeToGoOn(answer, asked)
    part = joinAnswer(answer, part, before === undefined)
  } while (before !== undefined && part.rows.length < limit)
  return part
}

/** Where to ask on: the service says where it had to stop, and otherwise an answer that is full may not be all. */
function placeToGoOn({ next, events }: EventAnswer, asked: number): string | undefined {
  const [oldest] = events
  if (next !== undefined || oldest === undefined || events.length < asked) return next
  return cursorOf(oldest)
}

function joinAnswer(older: EventAnswer, newer: EventPart | undefined, isWhole: boolean): EventPart {
  return {
    ...{ from: older.from, to: older.to, isWhole },
    rows: [...older.events, ...(newer?.rows ?? [])],
    unreadable: (older.unreadable ?? 0) + (newer?.unreadable ?? 0),
    leftOut: older.leftOut,
    follow: newer?.follow ?? older.follow ?? older.to,
  }
}

/**
 * Every event of a range in parts, oldest first, however many there are; no more than one part is held. The service
 * answers newest first, so the range is walked in steps that each fit one question, shorter where there is much.
 */
export async function* walkEvents(api: Service, question: Question, signal?: AbortSignal): AsyncGenerator<EventPart> {
  const all = await collectEvents(api, question, STEP_LIMIT, signal)
  if (all.isWhole) return yield all
  const end = Date.parse(all.to)
  let stepMs = halfOf(end - Date.parse(all.from))
  for (let start = Date.parse(all.from); start <= end; ) {
    const stop = Math.min(start + stepMs, end)
    const step = { ...question, last: undefined, from: toInstant(start), to: toInstant(stop), allowEmpty: 'true' }
    const part = await collectEvents(api, step, stop > start ? STEP_LIMIT : Number.POSITIVE_INFINITY, signal)
    if (part.isWhole || stop === start) {
      yield start === Date.parse(all.from) ? part : { ...part, rows: part.rows.filter(isFrom(step.from)) }
      start = stop + 1
      if (part.rows.length < STEP_LIMIT / 4) stepMs = Math.max(1, stepMs * 2)
    } else stepMs = halfOf(stop - start)
  }
}

const halfOf = (ms: number): number => Math.floor(ms / 2)
const toInstant = (ms: number): string => new Date(ms).toISOString()

/** A row that counts the callers of a minute belongs to every step that touches the minute: the first one shows it. */
const isFrom =
  (start: string) =>
  (row: EventRow): boolean =>
    row.EVENT_TIMESTAMP >= start
