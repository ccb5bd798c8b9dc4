import { type EventOutcome, OUTCOMES } from '../../../../shared/audit/outcome.ts'
import { type Counts, niceMax } from './counts.ts'

/** A bar of one event is so many pixels high at least. */
const MIN_PX = 2

/** What the chart draws: cumulative heights, the highest first, so that each covers the foot of the one before. */
export interface Stack {
  /** The beginning of each bucket, in seconds since 1970. */
  x: number[]
  /** From the bottom: changed, read, refused, failed. */
  tops: Readonly<Record<EventOutcome, number[]>>
  max: number
}

/** Stacks the outcomes that are shown. */
export function stackOf({ buckets }: Counts, shown: readonly EventOutcome[], heightPx: number): Stack {
  const sums = buckets.map((bucket) => shown.reduce((sum, outcome) => sum + bucket[outcome], 0))
  const max = niceMax(Math.max(0, ...sums))
  const least = (MIN_PX * max) / heightPx
  const tops: Record<EventOutcome, number[]> = { changed: [], read: [], refused: [], failed: [] }
  for (const bucket of buckets) {
    let top = 0
    for (const outcome of OUTCOMES) {
      const count = shown.includes(outcome) ? bucket[outcome] : 0
      top += count === 0 ? 0 : Math.max(count, least)
      tops[outcome].push(top)
    }
  }
  return { x: buckets.map(({ at }) => at / 1000), tops, max }
}
