import type { RestEvent } from '../../audit/rest-event.ts'
import type { Outlet } from './outlet.ts'

/** Events that are remembered, of some KB each hundred. */
const MOST = 10_000

/**
 * An outlet that is not handed again what it took: a batch comes again for as long as another outlet is away. Only this
 * instance remembers, so whoever listens drops an event that it knows all the same.
 */
export function onceEach(outlet: Outlet): Outlet {
  const taken = new Set<string>()
  return {
    async send(events) {
      const fresh = events.filter((event) => !taken.has(nameOf(event)))
      const refused = new Set(fresh.length > 0 ? await outlet.send(fresh) : [])
      for (const event of fresh) if (!refused.has(event)) taken.add(nameOf(event))
      for (const name of [...taken].slice(0, Math.max(0, taken.size - MOST))) taken.delete(name)
      return [...refused]
    },
  }
}

/** A row that counts refused callers comes with each count. */
const nameOf = ({ eventId, count }: RestEvent): string => `${eventId} ${count ?? ''}`
