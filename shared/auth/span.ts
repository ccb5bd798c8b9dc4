export const DAY_MS = 86_400_000
/** How far a caller's clock may be off before a range of events counts as outside the retention or in the future. */
export const CLOCK_SKEW_MS = 60_000

const MS = { s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS } as const

/** What a span of time looks like, as errors say it. */
export const SPAN_RULE = 'expected a number and s, m, h or d, such as 5m'

/** Reads `90s`, `5m`, `12h` or `30d`: milliseconds, more than none; undefined for any other text. */
export function parseSpan(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const ms = Number(amount) * (MS[unit as keyof typeof MS] ?? Number.NaN)
  return ms > 0 ? ms : undefined
}
