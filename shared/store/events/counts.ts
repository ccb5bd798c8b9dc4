import type { EventQuery } from '../../audit/event-query.ts'
import { type EventOutcome, OUTCOMES, outcomeOf } from '../../audit/outcome.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import { SomeFields } from './item.ts'
import type { EventFilters } from './matcher.ts'
import { listEvents } from './query.ts'

/** Requests of one step of a range, by outcome. */
export interface EventBucket extends Record<EventOutcome, number> {
  /** The beginning of the step, in epoch milliseconds: a multiple of the step. */
  at: number
}

export interface EventCounts {
  /** In order of time; steps without a request are left out. */
  buckets: EventBucket[]
  /** From where on all is counted, where not all of the range is: epoch milliseconds. */
  countedFrom?: number
}

/** Events that one answer counts, and as many that it looks at in vain. */
export const MAX_COUNTED = 10_000

/** What an outcome is told by, and when a row counts for several requests. */
const COUNTED = ['status', 'endpoint', 'part', 'changes', 'count'] as const satisfies (keyof RestEvent)[]

/** What each filter looks at; nothing where it needs all of an event. */
const LOOKED_AT = {
  type: ['type'],
  integration: ['actorDomain'],
  method: ['method'],
  actor: ['actorName'],
  token: ['tokenId'],
  address: ['clientIp'],
  status: ['status'],
  outcome: COUNTED,
  kind: ['resourceDomain', 'endpoint', 'count'],
  request: ['requestId'],
  took: ['durationMs'],
  resource: ['resourceId', 'resourceName', 'resourceDomain'],
  changesOnly: ['changes'],
  text: undefined,
} as const satisfies Record<keyof EventFilters, readonly (keyof RestEvent)[] | undefined>

/**
 * Access pattern E14: how many requests of a range there were in each step, by outcome, with the filters in force; the
 * newest first, until {@link MAX_COUNTED} are counted or the bounds of E4 are reached. As E4, some 0.06 read units an event of
 * 0.5 KB. Nothing is kept for it, so that no request writes more.
 */
export async function countEvents(
  db: Db,
  account: string,
  query: EventQuery,
  stepMs: number,
  now: Date,
  maxCounted = MAX_COUNTED,
): Promise<EventCounts> {
  const question = { ...query, limit: maxCounted }
  const { events, next } = await listEvents(db, account, question, now, maxCounted, fieldsFor(query))
  const [oldest] = events
  const place = next ?? (oldest && events.length === maxCounted ? oldest.time : undefined)
  const from = query.from.getTime()
  if (place === undefined) return { buckets: toBuckets(events, from, stepMs) }
  // What the place itself holds may be known in part only: all of the next millisecond is.
  const countedFrom = Date.parse(place.slice(0, 24)) + 1
  const known = events.filter(({ time }) => Date.parse(time) >= countedFrom)
  return { buckets: toBuckets(known, from, stepMs), countedFrom }
}

function fieldsFor(query: EventQuery): SomeFields | undefined {
  const asked = (Object.keys(LOOKED_AT) as (keyof EventFilters)[]).filter((name) => query[name] !== undefined)
  if (asked.some((name) => LOOKED_AT[name] === undefined)) return undefined
  return new SomeFields([...COUNTED, ...asked.flatMap((name) => LOOKED_AT[name] ?? [])])
}

/** A row that counts the callers of a minute stands before a range that begins within it. */
function toBuckets(events: readonly RestEvent[], from: number, stepMs: number): EventBucket[] {
  const buckets = new Map<number, EventBucket>()
  for (const event of events) {
    const at = Math.floor(Math.max(from, Date.parse(event.time)) / stepMs) * stepMs
    const bucket = buckets.get(at) ?? { at, ...NONE }
    bucket[outcomeOf(event)] += requestsOf(event)
    buckets.set(at, bucket)
  }
  return [...buckets.values()].sort((a, b) => a.at - b.at)
}

const NONE = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<EventOutcome, number>

/** Callers who are refused are counted, not listed; those who are only observed have events of their own. */
const requestsOf = ({ status, count = 1 }: RestEvent): number => (status >= 400 ? count : 1)
