import type { RestEvent } from '../../audit/rest-event.ts'
import { chunks, mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import { requireEvent } from '../events/get.ts'
import { putEventAction } from '../events/write.ts'
import { jitter } from '../jitter.ts'
import { orderOf, putVersionAction, type StoredResource } from '../resource-item.ts'
import { type Actions, failuresOf } from '../transaction.ts'
import { getGroup } from './group-item.ts'
import { type EventRef, queueAction, type Work } from './heads.ts'
import { type Intent, putIntentActions } from './intents.ts'
import { toLoss } from './loss-event.ts'
import type { StoredMember } from './member-item.ts'
import { listMembersAmong } from './members.ts'

/** A member who is deleted, and the event of the delete. */
type Lost = [member: StoredMember, cause: EventRef]

/** Losses of one transaction: an event and an intent each, beside the group and its head. */
const MAX_TOGETHER = 40
const PARALLEL = 16

/**
 * Takes those of the users who are members out of a group, behind what is queued: each with a version and an event of its
 * own, many in a transaction. Who is still a member is asked once, not for each: whoever goes on begins with those who
 * are left. False where `until`, in epoch ms, came before.
 */
export async function loseMembers(
  db: Db,
  { account, id }: Pick<Work, 'account' | 'id'>,
  lost: ReadonlyMap<string, EventRef>,
  until: number,
): Promise<boolean> {
  for (let attempt = 0; db.clock() < until; attempt++) {
    if (attempt > 0) await jitter(attempt)
    const group = await getGroup(db, account, id)
    // A group that is gone has its memberships taken away itself.
    if (!group) return true
    const members = await listMembersAmong(db, account, group, lost.keys())
    const left = [...lost].flatMap(([userId, cause]): Lost[] => {
      const member = members.get(userId)
      return member ? [[member, cause]] : []
    })
    if (await loseAll(db, { account, group, until }, left)) return true
  }
  return false
}

interface Run {
  account: string
  group: StoredResource
  until: number
}

/** False where the group has moved, or the time is over. */
async function loseAll(db: Db, { account, group, until }: Run, lost: Lost[]): Promise<boolean> {
  let before = group
  for (const part of chunks(lost, MAX_TOGETHER)) {
    if (db.clock() >= until) return false
    const causes = await mapConcurrently(part, PARALLEL, async ([member, ref]) => ({
      member,
      cause: await requireEvent(db, { account, ...ref }),
    }))
    const losses = toLosses(db, before, causes)
    const after = afterLosses(before, losses)
    if (await failuresOf(db, queuedLosses(db, account, { before, after }, losses))) return false
    before = after
  }
  return true
}

interface Loss {
  userId: string
  event: RestEvent
}

/** One version of the group for each user that it loses. */
function toLosses(db: Db, before: StoredResource, lost: readonly { member: StoredMember; cause: RestEvent }[]): Loss[] {
  const now = new Date(db.clock())
  return lost.map(({ member, cause }, n) => {
    const order = orderOf({ ...before, version: before.version + n + 1 })
    return { userId: member.userId, event: { ...toLoss(before, member, cause, now), ...order } }
  })
}

/** The group after as many versions as there are losses. */
function afterLosses(group: StoredResource, losses: Loss[]): StoredResource {
  const last = losses.at(-1)?.event
  const version = group.version + losses.length
  const memberCount = (group.memberCount ?? 0) - losses.length
  const told = last && { eventId: last.eventId, lastModified: last.time }
  return { ...group, version, applying: version, memberCount, ...told }
}

function queuedLosses(
  db: Db,
  account: string,
  { before, after }: Record<'before' | 'after', StoredResource>,
  losses: Loss[],
): Actions {
  const { id, version } = after
  const at = db.clock()
  const intents = losses.map(({ userId, event: { time, eventId } }, n): Intent => {
    const delta = { add: [], remove: [userId], displays: [] }
    return { version, n, at, cause: { time, eventId }, isLoss: true, ...delta }
  })
  return {
    group: putVersionAction(account, before, after),
    ...Object.fromEntries(losses.map(({ userId, event }) => [userId, putEventAction(db, event)])),
    ...putIntentActions(account, id, intents),
    // A user who is gone must leave, however long the queue is, and takes nobody's room in it.
    queue: queueAction(account, id, { version, intents: 0, at }, 'unbounded'),
  }
}
