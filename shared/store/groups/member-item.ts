import { memberKey, memberOfKey } from '../keys.ts'
import type { StoredResource } from '../resource-item.ts'
import { TABLE } from '../table.ts'
import type { Action } from '../transaction.ts'

/** A direct member of a group, as kept: the user's id and the display name it was added with. */
export interface StoredMember {
  userId: string
  display?: string | undefined
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
