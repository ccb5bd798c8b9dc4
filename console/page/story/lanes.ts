import type { EventRow } from '../../../shared/audit/event-row.ts'
import { ACTIVE, movesOf } from './moves.ts'

/** A time in which something held, in milliseconds since 1970, and the events that began and ended it. */
export interface Interval {
  from: number
  to: number
  began?: EventRow
  ended?: EventRow
}

/** One line of the picture: being active, or having one role. */
export interface Lane {
  /** {@link ACTIVE}, or the id of the role. */
  key: string
  name: string
  /** In order of time. */
  intervals: readonly Interval[]
  isHeld: boolean
}

/** What is known of a user now. */
export interface Present {
  id: string
  /** Undefined where the user is gone. */
  active: boolean | undefined
  roles: readonly { id: string; name: string }[]
}

interface Drawn {
  name: string
  isHeld: boolean
  intervals: Interval[]
}

/**
 * When a user was active and had which role, reckoned backwards from the present over the history, newest event first.
 * `from` is where the history begins: what held there and no event began has no `began`. Roles that changed come first,
 * the most lately changed before others.
 */
export function lanesOf({ id, active, roles }: Present, rows: readonly EventRow[], from: number, now: number): Lane[] {
  const lanes = new Map<string, Drawn>([[ACTIVE, startOf('Active', active ?? false, from, now)]])
  for (const role of roles) lanes.set(role.id, startOf(role.name, true, from, now))
  const moved = new Set<string>()
  for (const row of rows) {
    for (const { lane: key, name = key, before, after } of movesOf(id, row)) {
      const lane = lanes.get(key) ?? startOf(name, false, from, now)
      lanes.set(key, lane)
      moved.add(key)
      stepBack(lane, { before, after }, row, from)
    }
  }
  const rest = [...lanes.keys()].filter((key) => key !== ACTIVE && !moved.has(key))
  const order = [ACTIVE, ...[...moved].filter((key) => key !== ACTIVE), ...rest]
  return order.flatMap((key) => {
    const lane = lanes.get(key)
    return lane ? [{ key, name: lane.name, isHeld: lane.isHeld, intervals: lane.intervals.toReversed() }] : []
  })
}

const startOf = (name: string, isHeld: boolean, from: number, now: number): Drawn => ({
  name,
  isHeld,
  intervals: isHeld ? [{ from, to: now }] : [],
})

/** Goes behind an event: what it began was not there before it, what it ended was. */
function stepBack(
  { intervals }: Drawn,
  { before, after }: { before: boolean; after: boolean },
  row: EventRow,
  from: number,
): void {
  const at = Date.parse(row.EVENT_TIMESTAMP)
  const last = intervals.at(-1)
  const isOpen = last !== undefined && last.began === undefined
  if (after && !before && isOpen) Object.assign(last, { from: at, began: row })
  if (before && !after && !isOpen) intervals.push({ from, to: at, ended: row })
}

/** A role that is held, and since when as far as the history tells. */
export interface HeldRole {
  id: string
  name: string
  since: number | undefined
}

/** The roles that were held at a time; without one, those that are held now. */
export const rolesHeld = (lanes: readonly Lane[], at?: number): HeldRole[] =>
  lanes.flatMap(({ key, name, isHeld, intervals }) => {
    const now = isHeld ? intervals.at(-1) : undefined
    const held = at === undefined ? now : intervals.find(({ from, to }) => from <= at && at < to)
    return key === ACTIVE || !held ? [] : [{ id: key, name, since: held.began && held.from }]
  })
