const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' })
const DAY_OF_YEAR = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const SHORT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
const FULL = new Intl.DateTimeFormat('en-GB', {
  ...({ day: 'numeric', month: 'short', year: 'numeric' } as const),
  ...({ hour: '2-digit', minute: '2-digit', second: '2-digit' } as const),
})
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** How a time is written: `14:32:09`, `26 Nov 2026`, `26 Nov, 14:32`, `26 Nov 2026, 14:32:09`, all local. */
export type TimeForm = 'clock' | 'day' | 'short' | 'full'

const FORMATS = { clock: CLOCK, day: DATE, short: SHORT, full: FULL }

/** A time as people here read it; what is none stands as it came. */
export function timeText(time: string | number, form: TimeForm): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? String(time) : FORMATS[form].format(date)
}

/** The day of a time, local, by which a list is parted: `Thursday 26 November`. */
export function dayText(time: string | number, now = Date.now()): string {
  const date = new Date(time)
  const isThisYear = date.getFullYear() === new Date(now).getFullYear()
  return (isThisYear ? DAY : DAY_OF_YEAR).format(date).replaceAll(',', '')
}

/** Tells days apart, local, without writing them. */
export function dayKey(time: string): string {
  const date = new Date(time)
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
}

/** `Today`, `Yesterday`, or none. */
export function dayWord(time: string | number, now = Date.now()): string | undefined {
  const isDay = (at: number) => new Date(at).toDateString() === new Date(time).toDateString()
  if (isDay(now)) return 'Today'
  return isDay(now - 86_400_000) ? 'Yesterday' : undefined
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** `3 minutes ago`, `in 7 days`: beside an exact time, never alone. */
export function relativeText(time: string | number, now = Date.now()): string {
  const ms = new Date(time).getTime() - now
  const [unit, length] = UNITS.find(([, each]) => Math.abs(ms) >= each) ?? ['second', 1000]
  return RELATIVE.format(Math.trunc(ms / length), unit)
}

/** What is told of a time on hover and focus: UTC, and how long ago. */
export function timeTip(time: string | number, now = Date.now()): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return ''
  return `${date
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.\d+)?Z$/, ' UTC')} · ${relativeText(time, now)}`
}
