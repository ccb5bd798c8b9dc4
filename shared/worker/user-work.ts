import { mapConcurrently } from '../store/batch.ts'
import type { Db } from '../store/client.ts'
import { requireEvent } from '../store/events/get.ts'
import { listHeads, type UserHead } from '../store/groups/heads.ts'
import { loseMember } from '../store/groups/loss.ts'
import { listGroupIds } from '../store/groups/memberships.ts'
import { endWork } from '../store/groups/slices.ts'
import { untilTaken } from '../store/until-taken.ts'
import { MORE, type Slice, type SliceEnd, TAKEN } from './slice.ts'

/**
 * How long a deleted user stays marked: longer than a request lives that saw it before, and than the index lags, so that
 * a membership written meanwhile is found.
 */
const TOMBSTONE_MS = 60_000
/** When to look again for changes of groups that are older than the mark's time. */
const RETRY_MS = 5_000
const PARALLEL = 8

/**
 * Takes a deleted user out of its groups. The mark that hides it goes with the last sweep: that which began when the
 * mark's time was over, and every change of a group that was committed until then was applied.
 */
export async function workOnUser({ db, limits: { until } }: Slice, head: UserHead): Promise<SliceEnd> {
  const persist = <T>(run: () => Promise<T>) => untilTaken(db, until, run)
  const at = await persist(() => nextLook(db, head))
  const cause = await persist(() => requireEvent(db, { account: head.account, ...head.cause }))
  const groupIds = await persist(() => listGroupIds(db, head.account, head.id))
  const lost = await mapConcurrently(groupIds, PARALLEL, (groupId) =>
    persist(() => loseMember(db, groupId, head.id, cause, until)),
  )
  if (!lost.every(Boolean)) return MORE
  if (at !== undefined) return { end: 'later', at }
  return (await persist(() => endWork(db, head))) ? { end: 'done' } : TAKEN
}

/** When to look again, in epoch ms; nothing where this look is the last. */
async function nextLook(db: Db, { account, deletedAt }: UserHead): Promise<number | undefined> {
  const now = db.clock()
  const markedUntil = deletedAt + TOMBSTONE_MS
  if (now < markedUntil) return markedUntil
  const groups = await listHeads(db, account, 'GROUP')
  const isOpen = groups.some((head) => head.kind === 'GROUP' && head.openSince < markedUntil)
  return isOpen ? now + RETRY_MS : undefined
}
