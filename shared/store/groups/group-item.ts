import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { Db } from '../client.ts'
import { resourceKey } from '../keys.ts'
import type { StoredResource } from '../resource-item.ts'
import { type Action, SHOW_MET } from '../transaction.ts'
import { updateIf } from '../update-if.ts'

const groupKey = (account: string, groupId: string) => resourceKey(account, RESOURCE_TYPES.Group, groupId)

/**
 * Makes a change of members only the group's next version, whichever that is; not while a large change is being
 * applied, nor when it has another owner by now.
 */
export function touchGroupAction(account: string, before: StoredResource, after: StoredResource): Action {
  return {
    Update: {
      Key: groupKey(account, after.id),
      UpdateExpression: 'ADD #version :one, memberCount :more SET lastModified = :now, eventId = :event',
      ConditionExpression: '#owner = :owner AND attribute_not_exists(applying)',
      ExpressionAttributeNames: { '#version': 'version', '#owner': 'owner' },
      ExpressionAttributeValues: {
        ':one': 1,
        ':more': (after.memberCount ?? 0) - (before.memberCount ?? 0),
        ':now': after.lastModified,
        ':event': after.eventId,
        ':owner': before.owner,
      },
    },
  }
}

/**
 * Moves the group's version with a member it loses because the user is deleted; not while a large change is being
 * applied, whose count may know of that already. A failure shows the group, if it is there.
 */
export const loseMemberAction = (account: string, groupId: string, eventId: string, now: Date): Action => ({
  Update: {
    Key: groupKey(account, groupId),
    UpdateExpression: 'ADD #version :one, memberCount :less SET lastModified = :now, eventId = :event',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(applying)',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':one': 1, ':less': -1, ':now': now.toISOString(), ':event': eventId },
    ...SHOW_MET,
  },
})

/** Lets small changes in again, which wait while `applying` is on the group; whoever else was finishing it may have. */
export async function endApplying(db: Db, account: string, group: StoredResource): Promise<void> {
  await updateIf(db, {
    Key: groupKey(account, group.id),
    UpdateExpression: 'REMOVE applying',
    ConditionExpression: 'attribute_exists(pk) AND applying = :version',
    ExpressionAttributeValues: { ':version': group.applying ?? group.version },
  })
}
