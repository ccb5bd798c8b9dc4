import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import { type Intent, overlay, toIntent } from './intents.ts'
import { INTENT_PREFIX, MEMBER_PREFIX, memberKey, memberOfKey, membersKey } from './keys.ts'
import type { StoredResource } from './resource-item.ts'
import { queryAll } from './resources.ts'
import { TABLE } from './table.ts'
import type { Action } from './transaction.ts'

/** A direct member of a group, as kept: the user's id and the display name it was added with. */
export interface StoredMember {
  userId: string
  display?: string | undefined
}

/** A group a user is in, as the index shows it. */
export interface Membership {
  groupId: string
  groupDisplay: string
  groupOwner: string
}

/** A membership item; it carries what `User.groups` shows, so that showing it reads no group. */
export function toMemberItem(account: string, group: StoredResource, { userId, display }: StoredMember) {
  return {
    ...memberKey(account, group.id, userId),
    [TABLE.index.partitionKey]: memberOfKey(account, userId),
    [TABLE.index.sortKey]: group.id,
    groupDisplay: String(group.attributes.displayName),
    groupOwner: group.owner,
    ...(display !== undefined && { display }),
  }
}

export function addMember(account: string, group: StoredResource, member: StoredMember): Action {
  return { Put: { Item: toMemberItem(account, group, member), ConditionExpression: 'attribute_not_exists(pk)' } }
}

export function removeMember(account: string, groupId: string, userId: string): Action {
  return { Delete: { Key: memberKey(account, groupId, userId), ConditionExpression: 'attribute_exists(pk)' } }
}

/**
 * Access pattern M1: the members of a group by user id, changes that are committed but not yet applied included.
 * Strongly consistent; 1 read unit for some 20 members.
 */
export async function listMembers(db: Db, account: string, groupId: string): Promise<Map<string, StoredMember>> {
  const items = await queryAll(db, 'pk = :pk', { ':pk': membersKey(account, groupId) }, Number.POSITIVE_INFINITY)
  const members = new Map<string, StoredMember>()
  const intents: Intent[] = []
  for (const item of items) {
    const sk = String(item.sk)
    if (sk.startsWith(INTENT_PREFIX)) intents.push(toIntent(item))
    else if (sk.startsWith(MEMBER_PREFIX)) {
      const userId = sk.slice(MEMBER_PREFIX.length)
      members.set(userId, { userId, ...(typeof item.display === 'string' && { display: item.display }) })
    }
  }
  return overlay(members, intents)
}

/** Access pattern M2: the groups of a user, from the index: eventually consistent; 0.5 read units for some 20. */
export async function listMemberships(db: Db, account: string, userId: string): Promise<Membership[]> {
  const memberships: Membership[] = []
  let start: Record<string, unknown> | undefined
  do {
    const page = await db.client.send(
      new QueryCommand({
        TableName: db.tableName,
        IndexName: TABLE.index.name,
        KeyConditionExpression: `${TABLE.index.partitionKey} = :user`,
        ExpressionAttributeValues: { ':user': memberOfKey(account, userId) },
        ...(start && { ExclusiveStartKey: start }),
      }),
    )
    memberships.push(...(page.Items ?? []).map(toMembership))
    start = page.LastEvaluatedKey
  } while (start)
  return memberships
}

const toMembership = (item: Record<string, unknown>): Membership => ({
  groupId: String(item[TABLE.index.sortKey]),
  groupDisplay: String(item.groupDisplay ?? ''),
  groupOwner: String(item.groupOwner ?? ''),
})
