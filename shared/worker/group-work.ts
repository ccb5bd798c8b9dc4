import { applyIntents, firstBatch, intentUnits, sweepMembers } from '../store/groups/apply.ts'
import { type EventRef, type GroupHead, getHead } from '../store/groups/heads.ts'
import { type Intent, listIntents, membersPut } from '../store/groups/intents.ts'
import { loseMembers } from '../store/groups/queued-losses.ts'
import { endWork, moveHead } from '../store/groups/slices.ts'
import { listTombstones, type Tombstones } from '../store/groups/tombstones.ts'
import { mayChange } from '../store/regions/fenced.ts'
import { untilTaken } from '../store/until-taken.ts'
import { MORE, type Slice, type SliceEnd, TAKEN } from './slice.ts'

/** Intents read at once. */
const MAX_READ = 25

/**
 * Applies what is queued for a group, in order, and takes away what a deleted one left. Progress is stored after some
 * thousand members, so that whoever goes on begins there.
 */
export async function workOnGroup(slice: Slice, taken: GroupHead): Promise<SliceEnd> {
  const { db, limits } = slice
  let head = taken
  while (db.clock() < limits.until && !limits.stop?.aborted) {
    const intents = await persist(slice, () => listIntents(db, head.account, head.id, MAX_READ))
    const stop = await (intents.length > 0 ? applyAll(slice, head, intents) : endQueue(slice, head))
    if (stop) return stop
    // Batches of memberships pass no gate: a region that is fenced meanwhile stands still before the next ones.
    if (db.region && !(await persist(slice, () => mayChange(db, head.account)))) return TAKEN
    const found = await persist(slice, () => getHead(db, head))
    if (found?.kind !== 'GROUP' || found.epoch !== head.epoch) return TAKEN
    head = found
  }
  return MORE
}

const persist = <T>({ db, limits }: Slice, run: () => Promise<T>): Promise<T> => untilTaken(db, limits.until, run)

/** Nothing where all of them are applied. */
async function applyAll(slice: Slice, head: GroupHead, intents: Intent[]): Promise<SliceEnd | undefined> {
  const { db, limits } = slice
  for (let left = intents; left.length > 0; ) {
    if (limits.stop?.aborted) return MORE
    const batch = firstBatch(left)
    left = left.slice(batch.length)
    const gone = await persist(slice, () => loseGone(slice, head, batch))
    if (!gone || !(await applyIntents(db, head, batch, gone, limits))) return MORE
    // Where there is no time to wait, what is applied is taken away faster than the pace, rather than applied again.
    await limits.pace.take(intentUnits(batch), limits.until - db.clock())
    const next = left[0] ?? batch.at(-1)
    if (!(await persist(slice, () => moveHead(db, head, batch, next?.at)))) return TAKEN
  }
  return undefined
}

/**
 * Users who were deleted while it was queued that they become members: they are lost first, behind what is queued, and
 * never written. A deleted group loses all its members later. Nothing where the time was over before.
 */
async function loseGone({ db, limits }: Slice, head: GroupHead, batch: Intent[]): Promise<Set<string> | undefined> {
  const tombstones = head.deleted ? NONE : await listTombstones(db, head.account)
  const gone = new Map(batch.flatMap(membersPut).flatMap(({ userId }) => withTombstone(tombstones, userId)))
  const isLost = gone.size === 0 || (await loseMembers(db, head, gone, limits.until))
  return isLost ? new Set(gone.keys()) : undefined
}

function withTombstone(tombstones: Tombstones, userId: string): [string, EventRef][] {
  const tombstone = tombstones.get(userId)
  return tombstone ? [[userId, tombstone.cause]] : []
}

const NONE: Tombstones = new Map()

/** Nothing where there is more to do, by now or still. */
async function endQueue(slice: Slice, head: GroupHead): Promise<SliceEnd | undefined> {
  const { db, limits } = slice
  const { deleted } = head
  const swept = deleted ? await persist(slice, () => sweepMembers(db, head, deleted, limits)) : 'swept'
  if (swept === 'timeout') return MORE
  return swept === 'swept' && (await persist(slice, () => endWork(db, head))) ? { end: 'done' } : undefined
}
