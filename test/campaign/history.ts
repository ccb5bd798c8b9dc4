import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { loadEffect } from '../../shared/resources/undo/load-effect.ts'
import type { Effect } from '../../shared/resources/undo/net-effect.ts'
import { epochOf } from '../../shared/store/regions/region.ts'
import { operatorDb } from '../factories/failover.ts'
import { scanEvents } from '../factories/scan.ts'
import type { TestRegion, TwoRegions } from '../factories/two-regions.ts'

/** A change that somebody was told is made: what it did, whole, and in which tables that is written. */
export interface Acknowledged extends Effect {
  event: RestEvent
  epoch: number
  /** The region that made it. */
  by: string
  at: ReadonlySet<string>
}

/** All changes that clients, administrators and workers of either region made of an account, in order of time; repairs are none. */
export async function acknowledged({ home, other }: TwoRegions, account: string): Promise<Acknowledged[]> {
  const found = new Map<string, Acknowledged>()
  for (const region of [home, other]) {
    for (const event of (await scanEvents(operatorDb(region), account)).filter(isChange)) {
      const known = found.get(event.eventId)
      const at = new Set([...(known?.at ?? []), region.name])
      found.set(event.eventId, known ? { ...known, at } : { ...(await load(region, event)), at })
    }
  }
  return [...found.values()].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
}

const placeOf = ({ event: { time, eventId } }: Acknowledged): string => `${time} ${eventId}`

const isChange = ({ status, method, changes, act, wrote = '' }: RestEvent): boolean =>
  status < 400 && method !== 'REPAIR' && wrote.includes('#') && (changes !== undefined || act !== undefined)

async function load(region: TestRegion, event: RestEvent): Promise<Omit<Acknowledged, 'at'>> {
  const effect = await loadEffect(operatorDb(region), event)
  return { ...effect, event, epoch: epochOf(event.wrote), by: event.wrote?.split('#')[0] ?? '' }
}
