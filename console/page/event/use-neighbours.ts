import { useEffect, useState } from 'preact/hooks'
import { cursorOf } from '../../../shared/audit/event-cursor.ts'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { ask } from '../data/api.ts'
import type { EventAnswer } from '../events/feed.ts'
import type { FollowAnswer } from '../events/follow.ts'

interface Neighbours {
  before: EventRow | undefined
  after: EventRow | undefined
}

/** What happened to an object before and after an event. */
export function useNeighbours(row: EventRow, resource: string): Neighbours {
  const [found, setFound] = useState<Neighbours>({ before: undefined, after: undefined })
  const { EVENT_ID } = row
  useEffect(() => {
    setFound({ before: undefined, after: undefined })
    if (!resource) return
    const stop = new AbortController()
    const asking = { resource, id: EVENT_ID, signal: stop.signal }
    void Promise.all([
      lookBack(asking, cursorOf(row)).catch(() => undefined),
      lookOn(asking, cursorOf(row)).catch(() => undefined),
    ]).then(([before, after]) => stop.signal.aborted || setFound({ before, after }))
    return () => stop.abort()
  }, [EVENT_ID, resource])
  return found
}

interface Asking {
  resource: string
  id: string
  signal: AbortSignal
}

const about = ({ resource }: Asking) => ({ type: 'ALL', resource, allowEmpty: true, limit: 2, purpose: 'console' })
const other = ({ id }: Asking, events: readonly EventRow[]) => events.find((event) => event.EVENT_ID !== id)

async function lookBack(asking: Asking, before: string): Promise<EventRow | undefined> {
  const query = { ...about(asking), last: 'all', order: 'desc', before }
  return other(asking, (await ask<EventAnswer>({ path: ['events'], query, signal: asking.signal })).events)
}

/** How many parts of what came since are looked through. */
const MAX_LOOKS = 8

async function lookOn(asking: Asking, place: string): Promise<EventRow | undefined> {
  let after = place
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const query = { ...about(asking), after }
    const answer = await ask<FollowAnswer>({ path: ['events'], query, signal: asking.signal })
    const found = other(asking, answer.events)
    if (found || !answer.more) return found
    after = answer.next
  }
  return undefined
}
