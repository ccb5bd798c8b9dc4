import type { EventRow } from '../../../shared/audit/event-row.ts'
import { ApiError, ask } from '../data/api.ts'
import type { EventFeed } from './feed.ts'

/** What came behind a place, oldest first, and where to go on. */
export interface FollowAnswer {
  events: readonly EventRow[]
  next: string
  /** Whether there may be more already. */
  more: boolean
}

/** How long the service waits for something new. */
const WAIT_S = 20
/** The first and the longest pause after a failure. */
const PAUSE_MS = [1000, 30_000] as const

interface Following {
  feed: EventFeed
  /** The filters, without a range. */
  question: Readonly<Record<string, string>>
  /** Whether what comes may be shown at once. */
  mayShow: () => boolean
  onArrival: (rows: readonly EventRow[]) => void
  /** Whether one hears of it now, and why not. */
  onState: (state: LiveState, error?: ApiError) => void
  signal: AbortSignal
}

/** Whether one hears at once of what comes. */
export type LiveState = 'live' | 'resting' | 'lost'

/** Hears of what comes, until `signal`: by long polls, none while nobody sees the page. */
export async function follow({ feed, question, mayShow, onArrival, onState, signal }: Following): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    if (document.hidden) {
      onState('resting')
      await becomesVisible(signal)
      continue
    }
    try {
      if (failures === 0) onState('live')
      // After a failure nothing is waited for: whether it answers again is said at once.
      const after = { after: feed.newest, wait: failures === 0 ? WAIT_S : 0, limit: 200, purpose: 'follow' }
      const answer = await ask<FollowAnswer>({ path: ['events'], query: { ...question, ...after }, signal })
      failures = 0
      const fresh = await feed.arrive(answer.events, answer.next, mayShow)
      if (fresh.length > 0) onArrival(fresh)
    } catch (error) {
      if (signal.aborted) return
      onState('lost', error instanceof ApiError ? error : new ApiError(0, String(error)))
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) return
      await pause(Math.min(PAUSE_MS[0] * 2 ** failures++, PAUSE_MS[1]), signal)
    }
  }
}

function becomesVisible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      if (document.hidden && !signal.aborted) return
      document.removeEventListener('visibilitychange', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    document.addEventListener('visibilitychange', done)
    signal.addEventListener('abort', done)
  })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
