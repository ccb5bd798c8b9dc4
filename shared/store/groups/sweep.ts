import { randomUUID } from 'node:crypto'
import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { batchWrite, mapConcurrently } from '../batch.ts'
import { nameOf } from '../claims.ts'
import type { Db } from '../client.ts'
import { MEMBER_PREFIX, memberKey, membersKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import { getResource } from '../resources.ts'
import { ConditionsFailed, transact } from '../transaction.ts'
import { loseMemberAction } from './group-item.ts'
import { APPLY_MS, applyIntents, INTENT_TIME_LIMIT_MS } from './intents.ts'
import { removeMemberAction, renameMembership } from './member-item.ts'
import { listMemberships } from './members.ts'
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
  const { kind, id } = work
  if (kind === 'RENAME') return sweepRename(db, account, id)
  if (kind === 'CHANGE') return finishIntents(db, account, id)
  await (kind === 'USER' ? sweepUser(db, account, id) : sweepGroup(db, account, id))
  await deletePending(db, account, work)
}

const getGroup = (db: Db, account: string, id: string) => getResource(db, account, RESOURCE_TYPES.Group, id)

/** Removes the memberships of a deleted user; each group's version moves with the member it loses. */
export async function sweepUser(db: Db, account: string, userId: string): Promise<void> {
  const memberships = await listMemberships(db, account, userId)
  await mapConcurrently(memberships, PARALLEL, ({ groupId }) => dropMember(db, account, groupId, userId))
}

async function dropMember(db: Db, account: string, groupId: string, userId: string): Promise<void> {
  const actions = {
    member: removeMemberAction(account, groupId, userId),
    group: loseMemberAction(account, groupId, new Date()),
  }
  try {
    await transact(db, actions, randomUUID())
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    // Removed meanwhile, or its group is gone and only the membership is left.
    if (error.failures.has('member')) return
    const Key = memberKey(account, groupId, userId)
    await db.client.send(new DeleteCommand({ TableName: db.tableName, Key }))
  }
}

/** Removes what a deleted group left in its partition. */
export async function sweepGroup(db: Db, account: string, groupId: string): Promise<void> {
  const items = await queryAll(db, ofPartition(membersKey(account, groupId)))
  await batchWrite(
    db,
    items.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
  )
}

/** Writes a renamed group's name into its memberships, where `User.groups` reads it. */
export async function sweepRename(db: Db, account: string, groupId: string): Promise<void> {
  const group = await getGroup(db, account, groupId)
  if (group) {
    const members = await queryAll(db, ofPartition(membersKey(account, groupId), MEMBER_PREFIX))
    const keys = members.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }))
    const display = nameOf(group)
    await mapConcurrently(keys, PARALLEL, (key) => renameMembership(db, key, display))
    const now = await getGroup(db, account, groupId)
    if (now && nameOf(now) !== display) return sweepRename(db, account, groupId)
  }
  await deletePending(db, account, { kind: 'RENAME', id: groupId })
}

/** Finishes a large membership change whose writer can no longer be at it. */
async function finishIntents(db: Db, account: string, groupId: string): Promise<void> {
  const group = await getGroup(db, account, groupId)
  if (group?.applying !== undefined) await applyIntents(db, account, group, Date.now() + APPLY_MS)
  else await deletePending(db, account, { kind: 'CHANGE', id: groupId })
}
