import type { Db } from '../store/client.ts'
import { type Head, listHeads, toWork, type Work } from '../store/groups/heads.ts'
import { releaseHead, takeHead } from '../store/groups/slices.ts'
import { Pace } from '../store/pace.ts'
import { Fenced, mayChange } from '../store/regions/fenced.ts'
import { isThrottled } from '../store/throttling.ts'
import { untilTaken } from '../store/until-taken.ts'
import { workOnGroup } from './group-work.ts'
import { MORE, type Slice, type SliceEnd, TAKEN } from './slice.ts'
import { workOnUser } from './user-work.ts'

export type { Work } from '../store/groups/heads.ts'
export type { SliceEnd } from './slice.ts'

/** The longest slice: whoever takes over waits for as long as the one before might have gone on. */
export const SLICE_MS = 20_000
/** Kept for what is on its way when a slice stops. */
const RESERVE_MS = 1_500
/** After its slice nobody may begin another for so long: what was sent last may still arrive. */
const LEASE_MARGIN_MS = 10_000

/**
 * Works on one queue until it is done, `deadline` (epoch ms by the table's clock) is near, the slice is full, or it is
 * told to `stop`. Late and doubled calls do nothing, nor does a region that may not change the account. Never throws for throttling: it goes on as fast as it may until it has to stop.
 */
export async function runSlice(given: Db, work: Work, deadline: number, stop?: AbortSignal): Promise<SliceEnd> {
  const db: Db = { ...given, role: 'worker' }
  const end = Math.min(deadline, db.clock() + SLICE_MS)
  const until = end - RESERVE_MS
  if (db.clock() >= until) return { end: 'more' }
  if (!(await untilTaken(db, until, () => mayChange(db, work.account)))) return TAKEN
  const head = await untilTaken(db, until, () => takeHead(db, work, end + LEASE_MARGIN_MS))
  if ('end' in head) return head
  const slice: Slice = { db, limits: { pace: new Pace(), until, stop } }
  try {
    const ended = await (head.kind === 'GROUP' ? workOnGroup(slice, head) : workOnUser(slice, head))
    return ended.end === 'more' || ended.end === 'later' ? await release(db, head, ended) : ended
  } catch (error) {
    // The region that is primary now has it, and frees it itself.
    if (error instanceof Fenced) return TAKEN
    // A head that cannot be released is free when its lease is over; what is told is why the work failed.
    await release(db, head, MORE).catch(() => {})
    if (isThrottled(error)) return MORE
    throw error
  }
}

/** Nothing of the slice is on its way any more, so another may begin. */
async function release(db: Db, head: Head, ended: SliceEnd): Promise<SliceEnd> {
  const isOurs = await releaseHead(db, head, ended.end === 'later' ? ended.at : undefined)
  return isOurs ? ended : TAKEN
}

/** Work of an account that may be begun now: doorbells that were lost, and tombstones whose time has come. */
export const listDue = async (db: Db, account: string): Promise<Work[]> =>
  dueOf(await listHeads(db, account), db.clock())

/** The same of heads that are known, at `now` in epoch milliseconds. */
export function dueOf(heads: readonly Head[], now: number): Work[] {
  const due = heads.filter((head) => head.lease <= now && (head.kind === 'GROUP' || head.due <= now))
  return due.map(({ account, kind, id }) => ({ account, kind, id }))
}

/** When the change was committed that a head stands for, the oldest of those that are open: epoch milliseconds. */
export const openSinceOf = (head: Head): number => (head.kind === 'GROUP' ? head.openSince : head.deletedAt)

/** The work that the key of a stream's record stands for; none where the item is no queue head. */
export const parseHead = ({ pk, sk }: Record<string, { S?: string | undefined } | undefined> = {}): Work | undefined =>
  toWork(pk?.S, sk?.S)
