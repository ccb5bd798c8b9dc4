const UNITS = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** How long ago, in a word, of a use that is known to the minute: `3 min`, `2 days`. */
export function agoText(time: string, now = Date.now()): string {
  const ms = now - Date.parse(time)
  const [unit, length] = UNITS.find(([, each]) => ms >= each) ?? []
  if (unit === undefined || length === undefined) return 'now'
  const count = Math.floor(ms / length)
  return `${count} ${unit === 'day' && count !== 1 ? 'days' : unit}`
}
