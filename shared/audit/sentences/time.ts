const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A day as sentences tell it, UTC: `3 Dec`, with its year where that is not the event's: `26 May 2027`. */
export function dayText(instant: string | undefined, eventTime: string): string | undefined {
  const day = new Date(instant ?? Number.NaN)
  if (Number.isNaN(day.getTime())) return undefined
  const year = day.getUTCFullYear() === new Date(eventTime).getUTCFullYear() ? '' : ` ${day.getUTCFullYear()}`
  return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]}${year}`
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** A span to the minute, in the largest unit that measures it whole: `1 hour`, `90 minutes`, `7 days`; none below. */
export function spanText(ms: number): string | undefined {
  const rounded = Math.round(ms / 60_000) * 60_000
  const [unit, length] = UNITS.find(([, each]) => rounded >= each && rounded % each === 0) ?? []
  if (unit === undefined || length === undefined) return undefined
  return `${rounded / length} ${unit}${rounded === length ? '' : 's'}`
}

/** The whole days from one instant to another, at least 0; undefined where one is none. */
export function daysBetween(from: string, to: string | undefined): number | undefined {
  const days = (Date.parse(to ?? '') - Date.parse(from)) / 86_400_000
  return Number.isNaN(days) ? undefined : Math.max(0, Math.round(days))
}
