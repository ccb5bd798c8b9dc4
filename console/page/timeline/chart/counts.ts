import type { EventRow } from '../../../../shared/audit/event-row.ts'
import { type EventOutcome, OUTCOMES, outcomeOfRow } from '../../../../shared/audit/outcome.ts'

/** How many events of each outcome there were from one instant on, for one step. */
export type Bucket = { at: number } & Record<EventOutcome, number>

/** The numbers of a chart; every step of the range has a bucket. */
export interface Counts {
  from: number
  to: number
  stepSeconds: number
  buckets: readonly Bucket[]
  /** Where counting began, where the range was too much. */
  countedFrom?: number
}

/** What `GET /events/counts` answers: empty buckets are left out. */
export interface CountsAnswer {
  from: string
  to: string
  stepSeconds: number
  buckets: readonly ({ at: string } & Record<EventOutcome, number>)[]
  partial?: { from: string }
}

export const EMPTY_COUNTS: Counts = { from: 0, to: 0, stepSeconds: 60, buckets: [] }

/** Steps of a chart, in seconds. */
const STEPS = [10, 30, 60, 300, 900, 3600, 21_600, 86_400] as const
const MAX_BARS = 120

/** The smallest step that shows a range in at most 120 bars. */
export function stepFor(rangeMs: number): number {
  return STEPS.find((step) => rangeMs / 1000 / step <= MAX_BARS) ?? 86_400
}

const STEP_WORDS: Readonly<Record<number, string>> = {
  10: '10 seconds',
  30: '30 seconds',
  60: 'minute',
  300: '5 minutes',
  900: '15 minutes',
  3600: 'hour',
  21600: '6 hours',
  86400: 'day',
}

/** A step as the chart says it: `per 15 minutes`. */
export const stepWords = (stepSeconds: number): string => `per ${STEP_WORDS[stepSeconds] ?? `${stepSeconds} seconds`}`

const none = (at: number): Bucket => ({ at, changed: 0, read: 0, refused: 0, failed: 0 })

/** An answer with a bucket for every step of its range. */
export function toCounts({ from, to, stepSeconds, buckets, partial }: CountsAnswer): Counts {
  const stepMs = stepSeconds * 1000
  const start = Math.floor(Date.parse(from) / stepMs) * stepMs
  const end = Date.parse(to)
  const given = new Map(buckets.map((bucket) => [Date.parse(bucket.at), bucket]))
  const all: Bucket[] = []
  for (let at = start; at <= end; at += stepMs) all.push({ ...none(at), ...given.get(at), at })
  return {
    ...{ from: start, to: end, stepSeconds, buckets: all },
    ...(partial && { countedFrom: Date.parse(partial.from) }),
  }
}

/** The counts with what came since; the range grows with it. */
export function addRows(counts: Counts, rows: readonly EventRow[]): Counts {
  const stepMs = counts.stepSeconds * 1000
  const buckets = counts.buckets.map((bucket) => ({ ...bucket }))
  let to = counts.to
  for (const row of rows) {
    const time = Date.parse(row.EVENT_TIMESTAMP)
    if (!(time >= counts.from)) continue
    to = Math.max(to, time)
    const index = Math.floor((time - counts.from) / stepMs)
    while (buckets.length <= index) buckets.push(none(counts.from + buckets.length * stepMs))
    const bucket = buckets[index]
    if (bucket) bucket[outcomeOfRow(row)]++
  }
  return { ...counts, to, buckets }
}

/** All of each outcome. */
export const totalsOf = ({ buckets }: Counts): Record<EventOutcome, number> =>
  Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, buckets.reduce((sum, bucket) => sum + bucket[outcome], 0)]),
  ) as Record<EventOutcome, number>

/** A round number that is no less: 1, 2, 5 and their tens, and 1.5. */
export function niceMax(value: number): number {
  if (value <= 4) return Math.max(1, Math.ceil(value))
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10) * power
}

const LABEL_STEPS_S = [
  10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600,
]
const MAX_LABELS = 7

/** Where times stand below a chart: at most seven, at round times of the place. `offsetMinutes` as Date has it. */
export function labelTimes(
  { from, to }: Pick<Counts, 'from' | 'to'>,
  offsetMinutes: number,
  max = MAX_LABELS,
): number[] {
  const stepMs = (LABEL_STEPS_S.find((step) => (to - from) / 1000 / step <= max) ?? 2_592_000) * 1000
  const offsetMs = offsetMinutes * 60_000
  const first = Math.ceil((from - offsetMs) / stepMs) * stepMs + offsetMs
  return Array.from({ length: Math.max(0, Math.floor((to - first) / stepMs) + 1) }, (_, i) => first + i * stepMs)
}
