import { randomUUID } from 'node:crypto'
import { membershipChanges } from '../../audit/changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { nameOf } from '../claims.ts'
import type { Db } from '../client.ts'
import { putGrantAction } from '../events/grant.ts'
import { putEventAction } from '../events/write.ts'
import { jitter } from '../jitter.ts'
import { instantOf, namedId } from '../new-id.ts'
import { putVersionAction, type StoredResource } from '../resource-item.ts'
import { type Actions, ConditionsFailed, transact } from '../transaction.ts'
import { getGroup, loseMemberAction } from './group-item.ts'
import { removeMemberAction } from './member-item.ts'
import { listMembersAmong } from './members.ts'
import { queueActions } from './queue.ts'

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
  // Counts how often this user has left this group by this delete: a request that was under way may add it again.
  let n = 0
  for (let attempt = 0; db.clock() < until; attempt++) {
    if (attempt > 0) await jitter(attempt)
    const group = await getGroup(db, cause.account, groupId)
    // A group that is gone has its memberships taken away itself.
    if (!group) return true
    const isQueued = group.applying !== undefined
    if (isQueued && (await listMembersAmong(db, cause.account, group, [userId])).size === 0) return true
    const loss = toLoss(group, userId, cause, n)
    const failures = await failuresOf(db, (isQueued ? queuedLoss : inlineLoss)(db, group, userId, loss))
    if (!failures || failures.has('member')) return true
    if (failures.has('loss') && !failures.has('group')) n += 1
  }
  return false
}

async function failuresOf(db: Db, actions: Actions): Promise<ReadonlySet<string> | undefined> {
  try {
    await transact(db, actions, randomUUID())
    return undefined
  } catch (error) {
    if (error instanceof ConditionsFailed) return new Set(error.failures.keys())
    throw error
  }
}

function inlineLoss(db: Db, { id: groupId }: StoredResource, userId: string, loss: RestEvent): Actions {
  return {
    member: removeMemberAction(loss.account, groupId, userId),
    grant: putGrantAction(db, loss, { userId, groupId, kind: 'removed' }),
    group: loseMemberAction(loss.account, groupId, loss.eventId, new Date(db.clock())),
    loss: putEventAction(db, loss),
  }
}

function queuedLoss(db: Db, group: StoredResource, userId: string, loss: RestEvent): Actions {
  const version = group.version + 1
  const moved = { version, applying: version, memberCount: (group.memberCount ?? 0) - 1 }
  const stamp = { lastModified: new Date(db.clock()).toISOString(), eventId: loss.eventId }
  const after = { ...group, ...moved, ...stamp }
  return {
    group: putVersionAction(loss.account, group, after),
    loss: putEventAction(db, loss),
    // A user who is gone must leave, however long the queue is.
    ...queueActions(db, loss.account, after, { add: [], remove: [userId], displays: [] }, loss, false),
  }
}

/** The event of a group that loses a member with a deleted user: the same id, whoever does it, so that it is one. */
function toLoss(group: StoredResource, userId: string, cause: RestEvent, n: number): RestEvent {
  return {
    ...cause,
    eventId: namedId(instantOf(cause.eventId), [cause.eventId, group.id, n].join(' ')),
    resourceId: group.id,
    resourceName: nameOf(group),
    resourceDomain: RESOURCE_TYPES.Group.auditWord,
    changes: membershipChanges({ added: [], removed: [userId], displays: [] }),
  }
}
