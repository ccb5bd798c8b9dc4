import { createHash } from 'node:crypto'
import type { RestEvent } from '../audit/rest-event.ts'
import { toQueryText } from '../audit/secrets.ts'
import { hourOf } from '../auth/brake.ts'
import type { Db } from '../store/client.ts'
import { connectionOf } from '../store/deadline.ts'
import { putNotice } from '../store/notices.ts'
import type { AdminContext } from './admin/handler.ts'
import { inTime } from './recorded.ts'

const HOUR_MS = 3_600_000
/** So many of those who ask are remembered by a process; behind that it begins anew. */
const MAX_REMEMBERED = 1000

/** Who asks what, by the hour of which it is told already; of each process. */
const remembered = new WeakMap<object, Map<string, string>>()

/**
 * Has a question that a console asks again and again told once an hour for each principal, by the event of the first one
 * (docs/decisions/0035): `what` says which questions are the same, in whatever order its parts are named, and `asked` how
 * the event tells them, where not as the request does. Only answers are told so; a refusal has its own event.
 */
export function oncePerHour({ db, trail }: Pick<AdminContext, 'db' | 'trail'>, what: object, asked?: object): void {
  const told = asked && { query: toQueryText(asked) }
  trail.writer = (event) => tellOnce(inTime(db), what, { ...event, ...told })
}

/** What a console asks for its frame, whatever page it shows, is told together: that it was opened. */
export function askedForFrame({ purpose }: { purpose?: string }, context: Pick<AdminContext, 'db' | 'trail'>): void {
  if (purpose === 'console') oncePerHour(context, { purpose }, { purpose })
}

/** Known to the process it costs nothing; otherwise what N2 does. */
async function tellOnce(db: Db, what: object, event: RestEvent): Promise<void> {
  const known = remembered.get(connectionOf(db)) ?? new Map<string, string>()
  remembered.set(connectionOf(db), known)
  const { account, actorName, time } = event
  const hour = hourOf(new Date(time))
  const subject = `asked#${hashOf([account, actorName, sorted(what)])}`
  if (known.get(subject) === hour) return
  await putNotice(db, { account, subject, tells: hour, until: Date.parse(time) + 2 * HOUR_MS }, event)
  if (known.size >= MAX_REMEMBERED) known.clear()
  known.set(subject, hour)
}

const sorted = (what: object) => Object.entries(what).sort(([a], [b]) => (a < b ? -1 : 1))

const hashOf = (parts: unknown): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
