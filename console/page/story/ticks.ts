/** A mark of the time axis. */
export interface Tick {
  at: number
  label: string
}

const DAY_MS = 86_400_000
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/** What the end of a time axis is called, which is the present. */
export const endLabel = (from: number, to: number): string => (to - from > 2 * DAY_MS ? 'Today' : 'Now')

/** Marks at most that stand between the ends. */
const MAX_TICKS = 5

/**
 * Marks of a time axis, local: the first days of months where it spans several, else days, else hours or parts of them;
 * none so near to the end that its label would meet that of today.
 */
export function ticksOf(from: number, to: number): Tick[] {
  const span = to - from
  const all = span > 45 * DAY_MS ? monthsIn(from, to) : stepsIn(from, to, stepOf(span))
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

const MINUTE_MS = 60_000
const STEPS_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, DAY_MS / 24, DAY_MS / 4]

/** The shortest step of which few enough fit; days, where none does. */
const stepOf = (span: number): number => STEPS_MS.find((step) => span / step <= MAX_TICKS + 1) ?? DAY_MS

function stepsIn(from: number, to: number, step: number): Tick[] {
  const format = step === DAY_MS ? DAY : CLOCK
  const midnight = new Date(from).setHours(0, 0, 0, 0)
  const first = midnight + Math.ceil((from - midnight) / step) * step
  const count = Math.max(0, Math.ceil((to - first) / step))
  return Array.from({ length: count }, (_, i) => ({ at: first + i * step, label: format.format(first + i * step) }))
}
