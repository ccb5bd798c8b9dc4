import { useEffect, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { ask } from '../data/api.ts'
import { cursorOf } from '../events/cursor.ts'
import type { EventAnswer } from '../events/feed.ts'

interface Neighbours {
  before: EventRow | undefined
  after: EventRow | undefined
}

/** What happened to the same object before and after an event. */
export function useNeighbours(row: EventRow): Neighbours {
  const [found, setFound] = useState<Neighbours>({ before: undefined, after: undefined })
  const { RESOURCE_ID: resource, EVENT_ID } = row
  useEffect(() => {
    setFound({ before: undefined, after: undefined })
    if (!resource) return
    const stop = new AbortController()
    const common = { type: 'ALL', resource, allowEmpty: true, limit: 2, purpose: 'console' }
    const first = async (more: Record<string, string | number>) => {
      const query = { ...common, ...more }
      const { events } = await ask<EventAnswer>({ path: ['events'], query, signal: stop.signal })
      return events.find((event) => event.EVENT_ID !== EVENT_ID)
    }
    const cursor = cursorOf(row)
    void Promise.all([
      first({ last: 'all', order: 'desc', before: cursor }).catch(() => undefined),
      first({ from: row.EVENT_TIMESTAMP, order: 'asc', after: cursor }).catch(() => undefined),
    ]).then(([before, after]) => stop.signal.aborted || setFound({ before, after }))
    return () => stop.abort()
  }, [EVENT_ID])
  return found
}
