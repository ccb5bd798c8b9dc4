import { randomUUID } from 'node:crypto'
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { batchWrite, mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import {
  deletedGroupKey,
  deletedUserKey,
  type Key,
  MEMBER_PREFIX,
  memberKey,
  membersKey,
  pendingChangeKey,
  pendingRenameKey,
  resourceKey,
} from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import { getResource } from '../resources.ts'
import { type Action, ConditionsFailed, transact } from '../transaction.ts'
import { APPLY_MS, applyIntents, INTENT_TIME_LIMIT_MS } from './intents.ts'
import { removeMember } from './member-item.ts'
import { listMemberships } from './members.ts'
import { forgetPending, type Pending } from './pending.ts'

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
  const { kind, id } = work
  if (!(await takeOver(db, account, work, now))) return
  if (kind === 'USER') {
    await sweepUser(db, account, id)
    await forget(db, deletedUserKey(account, id))
  } else if (kind === 'GROUP') {
    await sweepGroup(db, account, id)
    await forget(db, deletedGroupKey(account, id))
  } else if (kind === 'RENAME') await sweepRename(db, account, id)
  else await finishIntents(db, account, id)
}

/** Makes the work this reader's for as long as a writer would have; false when another one was quicker. */
async function takeOver(db: Db, account: string, { kind, id, due }: Pending, now: Date): Promise<boolean> {
  try {
    await db.client.send(
      new UpdateCommand({
        TableName: db.tableName,
        Key: PENDING_KEYS[kind](account, id),
        UpdateExpression: 'SET due = :later',
        ConditionExpression: 'due = :due',
        ExpressionAttributeValues: { ':due': due, ':later': now.getTime() + INTENT_TIME_LIMIT_MS },
      }),
    )
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false
    throw error
  }
}

const PENDING_KEYS = {
  USER: deletedUserKey,
  GROUP: deletedGroupKey,
  RENAME: pendingRenameKey,
  CHANGE: pendingChangeKey,
} as const

const forget = (db: Db, key: Key) => db.client.send(new DeleteCommand({ TableName: db.tableName, Key: key }))

/** Removes the memberships of a deleted user; each group's version moves with the member it loses. */
export async function sweepUser(db: Db, account: string, userId: string): Promise<void> {
  const memberships = await listMemberships(db, account, userId)
  await mapConcurrently(memberships, PARALLEL, ({ groupId }) => dropMember(db, account, groupId, userId))
}

async function dropMember(db: Db, account: string, groupId: string, userId: string): Promise<void> {
  const touch: Action = {
    Update: {
      Key: resourceKey(account, 'Group', groupId),
      UpdateExpression: 'ADD #version :one, memberCount :less SET lastModified = :now',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':one': 1, ':less': -1, ':now': new Date().toISOString() },
    },
  }
  try {
    await transact(db, [removeMember(account, groupId, userId), touch], randomUUID())
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    // Removed meanwhile, or its group is gone and only the membership is left.
    if (error.failures.has(0)) return
    await forget(db, memberKey(account, groupId, userId))
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
  const group = await getResource(db, account, 'Group', groupId)
  if (group) {
    const members = await queryAll(db, ofPartition(membersKey(account, groupId), MEMBER_PREFIX))
    const keys = members.map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }))
    const display = String(group.attributes.displayName)
    await mapConcurrently(keys, PARALLEL, (key) => renameMembership(db, key, display))
    const now = await getResource(db, account, 'Group', groupId)
    if (now && now.attributes.displayName !== display) return sweepRename(db, account, groupId)
  }
  await forget(db, pendingRenameKey(account, groupId))
}

async function renameMembership(db: Db, Key: Key, display: string): Promise<void> {
  try {
    await db.client.send(
      new UpdateCommand({
        TableName: db.tableName,
        Key,
        UpdateExpression: 'SET groupDisplay = :display',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':display': display },
      }),
    )
  } catch (error) {
    // The member was removed meanwhile.
    if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error
  }
}

/** Finishes a large membership change whose writer can no longer be at it. */
async function finishIntents(db: Db, account: string, groupId: string): Promise<void> {
  const group = await getResource(db, account, 'Group', groupId)
  if (group?.applying !== undefined) await applyIntents(db, account, group, Date.now() + APPLY_MS)
  else await forget(db, pendingChangeKey(account, groupId))
}
