import { useEffect, useRef, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import type { ApiError } from '../data/api.ts'
import type { EventFeed } from '../events/feed.ts'
import { follow, type LiveState } from '../events/follow.ts'
import { isNews } from '../events/news.ts'

/** Whether the page hears of what comes, and how it is switched. */
export interface Live {
  state: LiveState | 'off'
  /** Why one does not hear of it, while it is lost. */
  error: ApiError | undefined
  /** How much news came since the page was opened. */
  arrived: number
  toggle: () => void
  /** Tries again at once. */
  again: () => void
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
  const [{ state, error }, setHeard] = useState<{ state: LiveState; error?: ApiError | undefined }>({ state: 'live' })
  const [turn, setTurn] = useState(0)
  const [arrived, setArrived] = useState(0)
  const latest = useRef({ mayShow, onArrival })
  latest.current = { mayShow, onArrival }
  const isReady = feed.age !== undefined
  useEffect(() => {
    if (!isWanted || !isPossible || !isReady) return
    const stop = new AbortController()
    void follow({
      ...{ feed, question, onState: (state, error) => setHeard({ state, error }), signal: stop.signal },
      mayShow: () => latest.current.mayShow(),
      onArrival: (rows) => {
        setArrived((before) => before + rows.filter(isNews).length)
        latest.current.onArrival(rows)
      },
    })
    return () => stop.abort()
  }, [feed, isWanted, isPossible, isReady, turn])
  const isOn = isWanted && isPossible
  return {
    ...{ state: isOn ? state : 'off', error: isOn ? error : undefined, arrived },
    toggle: () => setWanted(!isWanted),
    again: () => setTurn((before) => before + 1),
  }
}
