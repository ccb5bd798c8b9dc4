import { createHash } from 'node:crypto'
import type { RestEvent } from '../audit/rest-event.ts'
import type { Db } from '../store/client.ts'
import { connectionOf } from '../store/deadline.ts'
import type { EventFilters } from '../store/events/matcher.ts'
import { putNotice } from '../store/notices.ts'

const HOUR_MS = 3_600_000
/** So many of those who follow are remembered by a process; behind that it begins anew. */
const MAX_REMEMBERED = 1000

/** Who follows what, by the hour of which it is told already; of each process. */
const remembered = new WeakMap<object, Map<string, string>>()

/**
 * Stores the event of somebody who follows the events, once for each principal, filter and hour, however often they ask
 * (docs/decisions/0035). Known to the process it costs nothing; otherwise what N2 does.
 */
export async function recordFollowing(db: Db, filters: EventFilters, event: RestEvent): Promise<void> {
  const known = remembered.get(connectionOf(db)) ?? new Map<string, string>()
  remembered.set(connectionOf(db), known)
  const hour = event.time.slice(0, 'YYYY-MM-DDThh'.length)
  const subject = `followed#${hashOf([event.account, event.actorName, filters])}`
  if (known.get(subject) === hour) return
  const until = Date.parse(event.time) + 2 * HOUR_MS
  await putNotice(db, { account: event.account, subject, tells: hour, until }, event)
  if (known.size >= MAX_REMEMBERED) known.clear()
  known.set(subject, hour)
}

/** The same for the same filters, in whatever order they were named. */
const hashOf = ([account, actor, filters]: [string, string, EventFilters]): string => {
  const sorted = Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([account, actor, sorted]))
    .digest('hex')
    .slice(0, 32)
}
