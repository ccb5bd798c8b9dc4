import { useEffect, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { ask } from '../data/api.ts'
import type { EventAnswer } from '../events/feed.ts'

/** How long the service waits for something new, in seconds, and how long after a failure, in milliseconds. */
const WAIT_S = 20
const PAUSE_MS = 5000
/** Events that are remembered. */
const KEPT = 200

/** What comes of one integration, and refused tokens of whoever, since the page was opened; oldest first. */
export function useArrivals(integration: string): readonly EventRow[] {
  const [rows, setRows] = useState<readonly EventRow[]>([])
  useEffect(() => {
    const stop = new AbortController()
    const add = (fresh: readonly EventRow[]) =>
      setRows((before) => {
        const seen = new Set(before.map(({ EVENT_ID }) => EVENT_ID))
        const mine = fresh.filter((row) => !seen.has(row.EVENT_ID) && isOf(row, integration))
        return mine.length === 0 ? before : [...before, ...mine].slice(-KEPT)
      })
    void listen(add, stop.signal)
    return () => stop.abort()
  }, [integration])
  return rows
}

const isOf = (row: EventRow, integration: string): boolean =>
  row.ACTOR_DOMAIN === integration || row.HTTP_STATUS === 401

async function listen(add: (rows: readonly EventRow[]) => void, signal: AbortSignal): Promise<void> {
  let after = new Date().toISOString()
  while (!signal.aborted) {
    try {
      const query = { after, wait: WAIT_S, type: 'SCIM', limit: KEPT, allowEmpty: true, purpose: 'follow' }
      const { events, next } = await ask<EventAnswer>({ path: ['events'], query, signal })
      add(events)
      after = next ?? after
    } catch {
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}
