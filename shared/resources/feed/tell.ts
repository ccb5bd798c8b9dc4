import type { RestEvent } from '../../audit/rest-event.ts'
import type { StoredEvent } from '../../store/events/item.ts'
import { markOf } from './cursor.ts'

/** How far a reader of the feed has come: all up to a place was told, and some of what stands behind it. */
export interface FeedPosition {
  /** A place in the order of time, or an instant: before everything that has it. */
  place: string
  /** Marks of the events behind the place that were told ({@link markOf}). */
  told: ReadonlySet<string>
}

/** What was seen behind a position. */
export interface Look {
  /** Every change up to {@link Look.settledTo}, and some that came later. */
  changes: readonly StoredEvent[]
  /** Nothing that stands up to here can still be committed. */
  settledTo: string
  /** What a second look, begun when the first had ended, saw behind `settledTo`; without it nothing later is told. */
  again?: readonly StoredEvent[]
}

/** What one answer may hold, and how many marks its cursor. */
export interface Room {
  events: number
  marks: number
}

/** The changes of one answer, in order, and where the next one goes on. */
export interface Told {
  events: RestEvent[]
  position: FeedPosition
  /** Whether there is more to tell already. */
  isCut: boolean
}

/**
 * What to tell of a look: each change once, those of one object in the order of their commits
 * (docs/decisions/0027-changes-feed.md).
 *
 * Settled changes are told in the order of time, each behind all of the same object that were committed before it. What
 * is not settled is told as long as the cursor has room for its mark: if it was seen by the first look, whatever was
 * committed before it was seen by the second.
 */
export function tell({ place, told }: FeedPosition, { changes, settledTo, again }: Look, room: Room): Told {
  const marks = new Map<string, string | undefined>([...told].map((mark) => [mark, undefined]))
  for (const { event, sortKey } of changes) if (marks.has(markOf(event))) marks.set(markOf(event), sortKey)
  const due = new DueChanges([...changes, ...(again ?? [])], told)
  const events: RestEvent[] = []
  const toPosition = (reached: string): FeedPosition => {
    const left = [...marks].filter(([, at]) => at === undefined || at > reached)
    return { place: reached, told: new Set(left.map(([mark]) => mark)) }
  }
  const take = (found: readonly StoredEvent[]) => {
    for (const { event, sortKey } of found) marks.set(markOf(event), sortKey)
    events.push(...found.map(({ event }) => event))
  }
  const first = inOrderOfTime(changes)
  let reached = place
  for (const change of first.filter(({ sortKey }) => sortKey <= settledTo)) {
    const upTo = due.upTo(change)
    if (exceeds(events, upTo, room)) return { events, position: toPosition(reached), isCut: true }
    take(due.take(upTo))
    reached = change.sortKey
  }
  reached = settledTo > reached ? settledTo : reached
  let held = toPosition(reached).told.size
  for (const change of again ? first.filter(({ sortKey }) => sortKey > settledTo) : []) {
    const upTo = due.upTo(change)
    if (upTo.length === 0) continue
    if (exceeds(events, upTo, room)) return { events, position: toPosition(reached), isCut: true }
    held += upTo.length
    if (held > room.marks) break
    take(due.take(upTo))
  }
  return { events, position: toPosition(reached), isCut: false }
}

/** What is told together is told by one answer, however long it is. */
const exceeds = (events: readonly unknown[], further: readonly unknown[], room: Room): boolean =>
  further.length > 0 && events.length > 0 && events.length + further.length > room.events

/** The changes not told yet, of each object in the order of its commits. */
class DueChanges {
  readonly #ofObject: Map<string, StoredEvent[]>

  constructor(changes: readonly StoredEvent[], told: ReadonlySet<string>) {
    const once = new Map(changes.map((change) => [change.sortKey, change]))
    const due = [...once.values()].filter(({ event }) => !told.has(markOf(event)))
    this.#ofObject = Map.groupBy(due, objectOf)
    for (const ofOne of this.#ofObject.values()) ofOne.sort(byCommit)
  }

  /** This change and those of its object before it; none where it was told. */
  upTo(change: StoredEvent): StoredEvent[] {
    const ofOne = this.#ofObject.get(objectOf(change)) ?? []
    return ofOne.slice(0, 1 + ofOne.findIndex(({ sortKey }) => sortKey === change.sortKey))
  }

  take(found: StoredEvent[]): StoredEvent[] {
    const [one] = found
    if (one) this.#ofObject.get(objectOf(one))?.splice(0, found.length)
    return found
  }
}

const objectOf = ({ event: { resourceId, resourceDomain } }: StoredEvent): string => `${resourceDomain} ${resourceId}`

/** In the order of commits: turns grow with them, and between two turns versions do. */
export function byCommit(a: StoredEvent, b: StoredEvent): number {
  return orderOf(a, 'turn') - orderOf(b, 'turn') || orderOf(a, 'version') - orderOf(b, 'version') || byTime(a, b)
}

const orderOf = ({ event }: StoredEvent, by: 'turn' | 'version'): number => event[by] ?? 0

const byTime = (a: StoredEvent, b: StoredEvent): number => (a.sortKey < b.sortKey ? -1 : 1)

const inOrderOfTime = (changes: readonly StoredEvent[]): StoredEvent[] => [...changes].sort(byTime)
