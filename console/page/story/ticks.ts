/** A mark of the time axis. */
export interface Tick {
  at: number
  label: string
}

const DAY_MS = 86_400_000
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/** Marks at most that stand between the ends. */
const MAX_TICKS = 5

/**
 * Marks of a time axis, local: the first days of months where it spans several, else days, else hours; none so near to
 * the end that its label would meet that of today.
 */
export function ticksOf(from: number, to: number): Tick[] {
  const span = to - from
  const all =
    span > 45 * DAY_MS
      ? monthsIn(from, to)
      : span > 2 * DAY_MS
        ? stepsIn(from, to, DAY_MS, DAY)
        : stepsIn(from, to, DAY_MS / 24, CLOCK)
  const every = Math.ceil(all.length / MAX_TICKS)
  return all.filter((_, i) => i % every === 0).filter(({ at }) => to - at > span * 0.08 && at - from > span * 0.04)
}

function monthsIn(from: number, to: number): Tick[] {
  const { start, ticks } = { start: new Date(from), ticks: [] as Tick[] }
  for (let month = 1; ; month++) {
    const at = new Date(start.getFullYear(), start.getMonth() + month, 1).getTime()
    if (at >= to) return ticks
    ticks.push({ at, label: DAY.format(at) })
  }
}

function stepsIn(from: number, to: number, step: number, format: Intl.DateTimeFormat): Tick[] {
  const midnight = new Date(from).setHours(0, 0, 0, 0)
  const first = midnight + Math.ceil((from - midnight) / step) * step
  const count = Math.max(0, Math.ceil((to - first) / step))
  return Array.from({ length: count }, (_, i) => ({ at: first + i * step, label: format.format(first + i * step) }))
}
