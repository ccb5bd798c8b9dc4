import type { RestEvent } from '../../audit/rest-event.ts'
import { historyKey } from '../keys.ts'
import type { Action } from '../transaction.ts'
import { type EventTable, eventSortKey, ttlOf } from './item.ts'

/** That a user came to a group or left it: a row of the user's own history, which points to the event of the change. */
export interface Grant {
  userId: string
  groupId: string
  kind: 'added' | 'removed'
}

/** What tells the event that a grant points to. */
export type Cause = Pick<RestEvent, 'account' | 'time' | 'eventId'>

/**
 * A grant as it is stored, under the event's own time and id: written twice it is the same row
 * (docs/decisions/0018-history-of-members.md). 1 write unit.
 */
export function toGrantItem(table: EventTable, { account, time, eventId }: Cause, grant: Grant) {
  const { userId, groupId, kind } = grant
  const sk = eventSortKey(time, eventId)
  return { pk: historyKey(account, userId), sk, ttl: ttlOf(table, time), group: groupId, kind }
}

/** Stores a grant in the transaction that changes the membership; 2 write units. */
export const putGrantAction = (table: EventTable, cause: Cause, grant: Grant): Action => ({
  Put: { Item: toGrantItem(table, cause, grant) },
})

/** Reads a grant of this user back; none where the item is not one as we write them. */
export function parseGrant(userId: string, { group, kind }: Record<string, unknown>): Grant | undefined {
  if (typeof group !== 'string' || (kind !== 'added' && kind !== 'removed')) return undefined
  return { userId, groupId: group, kind }
}
