import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { Db } from '../../store/client.ts'
import { walkEventsAfter } from '../../store/events/after.ts'
import type { StoredEvent } from '../../store/events/item.ts'
import { CHANGES_CURSOR, markOf } from './cursor.ts'
import { type FeedPosition, type Look, type Told, tell } from './tell.ts'

/**
 * When a change can no longer be committed, after the time of its event: a request ends 15 s after it begins, and as
 * much again is for what is on its way and for clocks that differ.
 */
export const SETTLED_MS = 30_000
/** Rows and rounds of one look that tell of little: days may be empty, or full of reads. */
const MAX_EXAMINED = 20_000
const MAX_ROUNDS = 9

const WORDS: readonly (string | undefined)[] = Object.values(RESOURCE_TYPES).map(({ auditWord }) => auditWord)

/** Whether an event tells of a change of a user or a role. */
const isChange = ({ event: { resourceDomain, resourceId, status } }: StoredEvent): boolean =>
  status < 400 && resourceId !== undefined && WORDS.includes(resourceDomain)

/** Where a reader begins who has read nothing yet: so early that nothing is left out which it may not have seen. */
export const positionAt = (at: Date): FeedPosition => ({
  place: new Date(at.getTime() - SETTLED_MS).toISOString(),
  told: new Set(),
})

/** The next changes behind a position, at most `limit`; none where there are none yet, or where much was passed. */
export async function loadChanges(
  db: Db,
  account: string,
  position: FeedPosition,
  limit: number,
): Promise<Told & { isWhole: boolean }> {
  const { look, isWhole } = await lookBehind(db, account, position, limit)
  const again = isWhole && hasUnsettled(position, look) ? await lookAgain(db, account, look.settledTo) : undefined
  const told = tell(position, { ...look, ...(again && { again }) }, { events: limit, marks: CHANGES_CURSOR.maxMarks })
  return { ...told, isWhole }
}

async function lookBehind(db: Db, account: string, { place, told }: FeedPosition, limit: number) {
  const begun = db.clock()
  const changes: StoredEvent[] = []
  let [examined, rounds] = [0, 0]
  const lookTo = (known: string): Look => ({ changes, settledTo: settledBy(known, place) })
  for await (const round of walkEventsAfter(db, account, place, new Date(begun), 'changes')) {
    changes.push(...round.events.filter(isChange))
    if (round.knownTo === undefined) break
    examined += round.examined
    rounds += 1
    const look = lookTo(round.knownTo)
    const isEnough = countDue(look, told) >= limit || examined >= MAX_EXAMINED || rounds >= MAX_ROUNDS
    if (isEnough && look.settledTo > place) return { look, isWhole: false }
  }
  return { look: lookTo(new Date(begun).toISOString()), isWhole: true }
}

/** The last place where nothing can still be committed, if everything up to `known` has been seen. */
function settledBy(known: string, place: string): string {
  const settled = `${new Date(Date.parse(known.slice(0, 24)) - SETTLED_MS).toISOString()}$`
  return settled > place ? settled : place
}

const countDue = ({ changes, settledTo }: Look, told: ReadonlySet<string>): number =>
  changes.filter(({ sortKey, event }) => sortKey <= settledTo && !told.has(markOf(event))).length

const hasUnsettled = ({ told }: FeedPosition, { changes, settledTo }: Look): boolean =>
  changes.some(({ sortKey, event }) => sortKey > settledTo && !told.has(markOf(event)))

async function lookAgain(db: Db, account: string, place: string): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = []
  for await (const { events } of walkEventsAfter(db, account, place, new Date(db.clock()), 'changes')) {
    seen.push(...events.filter(isChange))
  }
  return seen
}
