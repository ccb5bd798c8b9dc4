import type { Story } from './use-story.ts'

/** The shortest time that a picture spans, in milliseconds. */
const MIN_SPAN_MS = 1_800_000

/** Where the picture of a story begins: a little before the first thing it shows, within what is kept. */
export function spanStart({ from, rows, isWhole }: Story, now: number): number {
  const oldest = Date.parse(rows.at(-1)?.EVENT_TIMESTAMP ?? '') || from
  if (!isWhole) return oldest
  return Math.max(from, Math.min(oldest - (now - oldest) * 0.05, now - MIN_SPAN_MS))
}

/** How long a time is, in words: `90 days`, `5 hours`, `30 minutes`. */
export function spanText(ms: number): string {
  const [unit, length] = UNITS.find(([, each]) => ms >= 2 * each) ?? ['minute', 60_000]
  const count = Math.round(ms / length)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
] as const
