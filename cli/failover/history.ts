import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { epochOf } from '../../shared/store/regions/region.ts'

/** A change as the history tells it. */
export interface Told {
  event: RestEvent
  epoch: number
}

/** The method of what a repair tells. */
export const REPAIR = 'REPAIR'
export const isRepair = ({ event }: Told): boolean => event.method === REPAIR

/** Events that changed an object of their own, by its id, in the order in which they count: epoch by epoch. */
export function historiesOf(events: readonly RestEvent[]): Map<string, Told[]> {
  const changes = events.filter((event) => isChange(event) && event.resourceId !== undefined)
  const told = changes.map((event): Told => ({ event, epoch: epochOf(event.wrote) }))
  const histories = Map.groupBy(told, ({ event }) => event.resourceId ?? '')
  for (const history of histories.values()) history.sort(compareTold)
  return histories
}

export const isChange = ({ changes, act, status }: RestEvent): boolean =>
  status < 400 && (changes !== undefined || act !== undefined)

/** Where a change stands among those of its object and epoch: behind the turns that it knows of (docs/decisions/0027). */
export type Place = Pick<RestEvent, 'version' | 'turn'>

/** By turn, then by version; what has a turn alone is the turn itself, and before the versions that know of it. */
export const comparePlaces = (a: Place, b: Place): number =>
  (a.turn ?? 0) - (b.turn ?? 0) || (a.version ?? 0) - (b.version ?? 0)

function compareTold(a: Told, b: Told): number {
  const byPlace = a.epoch - b.epoch || comparePlaces(a.event, b.event)
  if (byPlace !== 0) return byPlace
  const [one, other] = [a, b].map(({ event }) => `${event.time}#${event.eventId}`)
  return (one ?? '') < (other ?? '') ? -1 : 1
}

/** How an event tells that a version is not the next one: the last that was known, and the one that it made. */
export const JUMP = 'version'

/** The last version that somebody knew who made a change; nothing where the change tells none. */
function baseOf({ version, changes = [] }: RestEvent): number | undefined {
  const jump = changes.find(({ attribute }) => attribute === JUMP)?.before
  if (typeof jump === 'number') return jump
  return version === undefined ? undefined : version - 1
}

/**
 * Whether the changes of newer epochs were made without knowing of an older one, on the same object: they began with the version that
 * the older one had made, or one before it. Where they tell no versions their turns say it, and what was written since
 * the newer region took over cannot have been known there.
 */
export function isUnknownTo(newer: readonly RestEvent[], older: RestEvent, takenOverAt: string): boolean {
  if (newer.length === 0) return false
  if (older.time >= takenOverAt) return true
  const { version, turn } = older
  if (version !== undefined) return newer.some((one) => version > (baseOf(one) ?? version))
  return turn !== undefined && newer.some((one) => (one.turn ?? 0) <= turn)
}
