import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { tooLarge } from '../../scim/error.ts'
import { batchWrite, type WriteRequest } from '../batch.ts'
import type { Db } from '../client.ts'
import { INTENT_PREFIX, intentKey, memberKey, membersKey, pendingChangeKey, resourceKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import type { StoredResource } from '../resource-item.ts'
import type { Action } from '../transaction.ts'
import { type StoredMember, toMemberItem } from './member-item.ts'

/** Part of a large membership change: committed with the group's new version, applied afterwards. */
export interface Intent {
  version: number
  add: StoredMember[]
  remove: string[]
}

/** So long a change is its writer's to apply; from then on whoever meets the intents finishes them. */
export const INTENT_TIME_LIMIT_MS = 30_000
/** A writer stops before others may take over. */
export const APPLY_MS = INTENT_TIME_LIMIT_MS - 5_000
/** DynamoDB ends items at 400 KB and transactions at 4 MB. */
const MAX_INTENT_BYTES = 340_000
const MAX_INTENTS = 11

/**
 * The actions that commit a large change: readers overlay it from then on.
 * @throws {ScimError} 413 when it does not fit into one transaction.
 */
export function commitIntents(
  account: string,
  group: StoredResource,
  change: Omit<Intent, 'version'>,
  now: Date,
): Action[] {
  const parts = splitChange(change)
  if (parts.length > MAX_INTENTS) {
    const members = change.add.length + change.remove.length
    throw tooLarge(`Cannot change ${members} members of one group in one request: send at most 50,000 at a time`)
  }
  const { version, id } = group
  const puts = parts.map((part, n) => ({ Put: { Item: { ...intentKey(account, id, version, n), version, ...part } } }))
  const due = now.getTime() + INTENT_TIME_LIMIT_MS
  return [...puts, { Put: { Item: { ...pendingChangeKey(account, id), due } } }]
}

/** Cuts a change into parts that each fit one item. */
function splitChange({ add, remove }: Omit<Intent, 'version'>): Omit<Intent, 'version'>[] {
  const parts: Omit<Intent, 'version'>[] = []
  let part = { add: [] as StoredMember[], remove: [] as string[] }
  let bytes = 0
  const grow = (size: number) => {
    if (bytes + size > MAX_INTENT_BYTES) {
      parts.push(part)
      part = { add: [], remove: [] }
      bytes = 0
    }
    bytes += size
  }
  for (const member of add) {
    grow(Buffer.byteLength(member.userId) + Buffer.byteLength(member.display ?? '') + 30)
    part.add.push(member)
  }
  for (const userId of remove) {
    grow(Buffer.byteLength(userId) + 4)
    part.remove.push(userId)
  }
  return [...parts, part]
}

export function toIntent(item: Record<string, unknown>): Intent {
  const { version, add, remove } = item
  return { version: Number(version), add: (add ?? []) as StoredMember[], remove: (remove ?? []) as string[] }
}

/** The members as they are once the intents are applied. */
export function overlay(members: Map<string, StoredMember>, intents: Intent[]): Map<string, StoredMember> {
  for (const { add, remove } of intents) {
    for (const userId of remove) members.delete(userId)
    for (const member of add) members.set(member.userId, member)
  }
  return members
}

/**
 * Applies the group's committed intents to its membership items, one after the other, and closes them. Idempotent, and
 * whoever goes on after a failure begins where it failed; every write stops at `deadline` (epoch ms), so that no late
 * write undoes somebody else's change.
 */
export async function applyIntents(db: Db, account: string, group: StoredResource, deadline: number): Promise<void> {
  const items = await queryAll(db, ofPartition(membersKey(account, group.id), INTENT_PREFIX))
  for (const item of items) {
    await applyIntent(db, account, group, toIntent(item), deadline)
    await batchWrite(db, [{ DeleteRequest: { Key: { pk: item.pk, sk: item.sk } } }], deadline)
  }
  await closeIntents(db, account, group)
}

async function applyIntent(db: Db, account: string, group: StoredResource, { add, remove }: Intent, deadline: number) {
  const requests: WriteRequest[] = [
    ...add.map((member) => ({ PutRequest: { Item: toMemberItem(account, group, member) } })),
    ...remove.map((userId) => ({ DeleteRequest: { Key: memberKey(account, group.id, userId) } })),
  ]
  await batchWrite(db, requests, deadline)
}

/** Lets small changes in again: they wait while `applying` is on the group. */
async function closeIntents(db: Db, account: string, group: StoredResource): Promise<void> {
  const key = resourceKey(account, 'Group', group.id)
  try {
    await db.client.send(
      new UpdateCommand({
        TableName: db.tableName,
        Key: key,
        UpdateExpression: 'REMOVE applying',
        ConditionExpression: 'attribute_exists(pk) AND applying = :version',
        ExpressionAttributeValues: { ':version': group.applying ?? group.version },
      }),
    )
  } catch (error) {
    // Closed already by whoever else was finishing it, or the group is gone.
    if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error
  }
  await batchWrite(db, [{ DeleteRequest: { Key: { ...pendingChangeKey(account, group.id) } } }])
}
