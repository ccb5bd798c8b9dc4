import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import { putGrantAction } from '../events/grant.ts'
import { putEventAction } from '../events/write.ts'
import { jitter } from '../jitter.ts'
import { nextTurn } from '../resource-item.ts'
import { type Actions, failuresOf } from '../transaction.ts'
import { getGroup, loseMemberAction } from './group-item.ts'
import { toLoss } from './loss-event.ts'
import { removeMemberAction, type StoredMember } from './member-item.ts'
import { listMembersAmong } from './members.ts'
import { loseMembers } from './queued-losses.ts'

/**
 * Takes a user that `cause` deleted out of a group, if it is a member: the group's version and count move, and an event
 * of the group's own says so; at once, or behind the changes that are queued. Done twice it does nothing the second
 * time. False where `until`, in epoch ms, came before.
 */
export async function loseMember(
  db: Db,
  groupId: string,
  userId: string,
  cause: RestEvent,
  until: number,
): Promise<boolean> {
  for (let attempt = 0; db.clock() < until; attempt++) {
    if (attempt > 0) await jitter(attempt)
    const group = await getGroup(db, cause.account, groupId)
    // A group that is gone has its memberships taken away itself.
    if (!group) return true
    if (group.applying !== undefined) {
      const lost = new Map([[userId, cause]])
      return loseMembers(db, { account: cause.account, id: groupId }, lost, until)
    }
    const member = (await listMembersAmong(db, cause.account, group, [userId])).get(userId)
    if (!member) return true
    const now = db.clock()
    const loss = { ...toLoss(group, member, cause, new Date(now)), turn: nextTurn(now, group) }
    if (!(await failuresOf(db, inlineLoss(db, groupId, member, loss)))) return true
  }
  return false
}

function inlineLoss(db: Db, groupId: string, member: StoredMember, loss: RestEvent): Actions {
  return {
    member: removeMemberAction(loss.account, groupId, member),
    grant: putGrantAction(db, loss, { userId: member.userId, groupId, kind: 'removed' }),
    group: loseMemberAction(loss.account, groupId, loss),
    loss: putEventAction(db, loss),
  }
}
