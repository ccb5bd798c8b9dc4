import { randomUUID } from 'node:crypto'
import { membershipChanges } from '../../audit/changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { batchWrite, mapConcurrently } from '../batch.ts'
import { nameOf } from '../claims.ts'
import type { Db } from '../client.ts'
import { putGrantAction, toGrantItem } from '../events/grant.ts'
import { putEventAction } from '../events/write.ts'
import { MEMBER_PREFIX, membersKey } from '../keys.ts'
import { instantOf, namedId } from '../new-id.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import type { StoredResource } from '../resource-item.ts'
import { getResource } from '../resources.ts'
import { ConditionsFailed, transact } from '../transaction.ts'
import { loseMemberAction } from './group-item.ts'
import { applyIntents, INTENT_TIME_LIMIT_MS } from './intents.ts'
import { removeMemberAction, toGrants, toStoredMember } from './member-item.ts'
import { listGroupIds } from './memberships.ts'
import { deletePending, forgetPending, type Pending, takeOver } from './pending.ts'

/** Pending work one request finishes at most: it belongs to somebody else. */
const MAX_FINISHED = 10
const PARALLEL = 8

/**
 * Finishes what is due of the pending work met by a reader. Each piece is taken by one reader alone; what fails is
 * reported and due again half a minute later.
 */
export async function finishDue(
  db: Db,
  account: string,
  pending: Pending[],
  now: Date,
  report: (error: unknown) => void,
): Promise<void> {
  const due = pending.filter((work) => work.due <= now.getTime()).slice(0, MAX_FINISHED)
  const results = await Promise.allSettled(due.map((work) => finish(db, account, work, now)))
  for (const result of results) if (result.status === 'rejected') report(result.reason)
  if (due.length > 0) forgetPending(db, account)
}

async function finish(db: Db, account: string, work: Pending, now: Date): Promise<void> {
  if (!(await takeOver(db, account, work, now.getTime() + INTENT_TIME_LIMIT_MS))) return
  const { kind, id, cause } = work
  if (kind === 'CHANGE') return finishIntents(db, account, id)
  if (!cause) throw new Error(`The mark of deleted ${kind} ${id} does not tell its event`)
  const done = await (kind === 'USER' ? sweepUser(db, id, cause) : sweepGroup(db, id, cause))
  if (done) await deletePending(db, account, work)
}

const getGroup = (db: Db, account: string, id: string) => getResource(db, account, RESOURCE_TYPES.Group, id)

/**
 * Removes the memberships of a user that `cause` deleted; each group's version moves with the member it loses, and each
 * has an event that says so. False where a group was taking in a large change: then it is to be done again.
 */
export async function sweepUser(db: Db, userId: string, cause: RestEvent): Promise<boolean> {
  const groupIds = await listGroupIds(db, cause.account, userId)
  const dropped = await mapConcurrently(groupIds, PARALLEL, async (groupId) => {
    const group = await getGroup(db, cause.account, groupId)
    // A group that is gone has its memberships swept itself.
    return group === undefined || dropMember(db, group, userId, cause)
  })
  return dropped.every(Boolean)
}

/** `n` counts how often this user has left this group by this delete: a request that was under way may add it again. */
async function dropMember(db: Db, group: StoredResource, userId: string, cause: RestEvent, n = 0): Promise<boolean> {
  const { account } = cause
  const { id: groupId } = group
  const loss = toLoss(group, userId, cause, n)
  const actions = {
    member: removeMemberAction(account, groupId, userId),
    grant: putGrantAction(db, loss, { userId, groupId, kind: 'removed' }),
    group: loseMemberAction(account, groupId, loss.eventId, new Date()),
    loss: putEventAction(db, loss),
  }
  try {
    await transact(db, actions, randomUUID())
    return true
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    if (error.failures.has('member')) return true
    if (error.failures.has('loss')) return dropMember(db, group, userId, cause, n + 1)
    // One that is still there is being changed.
    return error.failures.get('group') === undefined
  }
}

/** The event of a group that loses a member with a deleted user: the same id, whoever sweeps, so that it is one. */
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

/**
 * Removes what a group that `cause` deleted left in its partition. The members' histories are written first: whoever
 * goes on after a failure finds those whose membership is still there.
 */
export async function sweepGroup(db: Db, groupId: string, cause: RestEvent): Promise<true> {
  const items = await queryAll(db, ofPartition(membersKey(cause.account, groupId)))
  const members = items.filter(({ sk }) => String(sk).startsWith(MEMBER_PREFIX)).map(toStoredMember)
  const grants = toGrants(groupId, { add: [], remove: members.map(({ userId }) => userId) })
  await batchWrite(
    db,
    grants.map((grant) => ({ PutRequest: { Item: toGrantItem(db, cause, grant) } })),
  )
  await batchWrite(
    db,
    items.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
  )
  return true
}

/** Finishes a large membership change whose writer can no longer be at it. */
async function finishIntents(db: Db, account: string, groupId: string): Promise<void> {
  const group = await getGroup(db, account, groupId)
  if (group?.applying !== undefined) await applyIntents(db, account, group)
  else await deletePending(db, account, { kind: 'CHANGE', id: groupId })
}
