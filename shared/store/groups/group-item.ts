import type { RestEvent } from '../../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { Db } from '../client.ts'
import { resourceKey } from '../keys.ts'
import { IS_LATER, type StoredResource } from '../resource-item.ts'
import { getResource } from '../resources.ts'
import type { Action } from '../transaction.ts'

/** The group as every kind of client knows it. Strongly consistent; 1 read unit per 4 KB. */
export const getGroup = (db: Db, account: string, id: string): Promise<StoredResource | undefined> =>
  getResource(db, account, RESOURCE_TYPES.Group, id)

const groupKey = (account: string, groupId: string) => resourceKey(account, RESOURCE_TYPES.Group, groupId)

/**
 * Makes a change of members only the group's next version, whichever that is; not while changes are queued, nor when it
 * has another owner by now, nor behind a later turn.
 */
export function touchGroupAction(
  account: string,
  { before, after }: Record<'before' | 'after', StoredResource>,
  turn: number,
): Action {
  return {
    Update: {
      Key: groupKey(account, after.id),
      UpdateExpression: 'ADD #version :one, memberCount :more SET lastModified = :now, eventId = :event, #turn = :turn',
      ConditionExpression: `#owner = :owner AND attribute_not_exists(applying) AND ${IS_LATER}`,
      ExpressionAttributeNames: { '#version': 'version', '#owner': 'owner', '#turn': 'turn' },
      ExpressionAttributeValues: {
        ':one': 1,
        ':more': (after.memberCount ?? 0) - (before.memberCount ?? 0),
        ':now': after.lastModified,
        ':event': after.eventId,
        ':owner': before.owner,
        ':turn': turn,
      },
    },
  }
}

/**
 * Moves the group's version with a member it loses because the user is deleted; not while changes are queued, whose
 * count may know of that already, nor behind a later turn.
 */
export const loseMemberAction = (account: string, groupId: string, { eventId, time, turn }: RestEvent): Action => ({
  Update: {
    Key: groupKey(account, groupId),
    UpdateExpression: 'ADD #version :one, memberCount :less SET lastModified = :now, eventId = :event, #turn = :turn',
    ConditionExpression: `attribute_exists(pk) AND attribute_not_exists(applying) AND ${IS_LATER}`,
    ExpressionAttributeNames: { '#version': 'version', '#turn': 'turn' },
    ExpressionAttributeValues: { ':one': 1, ':less': -1, ':now': time, ':event': eventId, ':turn': turn },
  },
})

/** Lets small changes in again, which queue while `applying` is on the group. */
export const endApplyingAction = (account: string, { id, applying }: StoredResource): Action => ({
  Update: {
    Key: groupKey(account, id),
    UpdateExpression: 'REMOVE applying',
    ConditionExpression: 'attribute_exists(pk) AND applying = :version',
    ExpressionAttributeValues: { ':version': applying },
  },
})
