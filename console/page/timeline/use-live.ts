import { useEffect, useRef, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import type { EventFeed } from '../events/feed.ts'
import { follow, type LiveState } from '../events/follow.ts'

/** Whether the page hears of what comes, and how it is switched. */
export interface Live {
  state: LiveState | 'off'
  /** How many events came since the page was opened. */
  arrived: number
  toggle: () => void
}

/** Hears of what comes while the range is open and nobody switched it off. */
export function useLive(
  feed: EventFeed,
  question: Readonly<Record<string, string>>,
  isPossible: boolean,
  mayShow: () => boolean,
  onArrival: (rows: readonly EventRow[]) => void,
): Live {
  const [isWanted, setWanted] = useState(true)
  const [state, setState] = useState<LiveState>('live')
  const [arrived, setArrived] = useState(0)
  const latest = useRef({ mayShow, onArrival })
  latest.current = { mayShow, onArrival }
  const isReady = feed.age !== undefined
  useEffect(() => {
    if (!isWanted || !isPossible || !isReady) return
    const stop = new AbortController()
    void follow({
      ...{ feed, question, onState: setState, signal: stop.signal },
      mayShow: () => latest.current.mayShow(),
      onArrival: (rows) => {
        setArrived((before) => before + rows.length)
        latest.current.onArrival(rows)
      },
    })
    return () => stop.abort()
  }, [feed, isWanted, isPossible, isReady])
  return { state: isWanted && isPossible ? state : 'off', arrived, toggle: () => setWanted(!isWanted) }
}
