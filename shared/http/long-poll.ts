import { setTimeout } from 'node:timers/promises'
import type { Db } from '../store/client.ts'

/** What one look found. */
export interface Looked {
  events: readonly unknown[]
  /** Whether everything that is there by now was seen: then there is something to wait for. */
  isWhole: boolean
}

/** What a look may take, so that none is begun too late. */
const LAST_LOOK_MS = 2000

/**
 * Looks again and again until something is found, for so many seconds as were asked for and the request has: the last
 * look is the answer.
 */
export async function longPoll<Look extends Looked>(
  db: Db,
  waitSeconds: number,
  look: (before: Look | undefined) => Promise<Look>,
  pauseMs: (seen: Look) => number,
): Promise<Look> {
  const until = Math.min(db.clock() + waitSeconds * 1000, db.deadline - LAST_LOOK_MS)
  for (let seen = await look(undefined); ; seen = await look(seen)) {
    const pause = seen.isWhole ? pauseMs(seen) : 0
    if (seen.events.length > 0 || db.clock() + pause > until) return seen
    if (pause > 0) await setTimeout(pause)
  }
}
