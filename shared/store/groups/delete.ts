import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import type { StoredResource } from '../resource-item.ts'
import { deleteResource } from '../resource-writes.ts'
import { memberActions } from './change.ts'
import { forgetPending, markPendingAction, TOMBSTONE_MS } from './pending.ts'

/** Members a delete removes in its own transaction; more are hidden at once and swept afterwards. */
const MAX_DELETED_INLINE = 80

/**
 * Access pattern W5 of a user: readers hide its memberships from then on. `sweepUser` comes next.
 * @throws {LostRace} when the user is no longer what was read.
 */
export async function deleteUser(db: Db, account: string, user: StoredResource, event: RestEvent, now: Date) {
  await deleteHiding(db, account, 'USER', user, event, now)
}

/**
 * Access pattern W5 of a group with these members. Answers whether memberships are left, which readers hide from then
 * on: then `sweepGroup` comes next.
 * @throws {LostRace} when the group or a membership is no longer what was read.
 */
export async function deleteGroup(
  db: Db,
  account: string,
  group: StoredResource,
  memberIds: string[],
  event: RestEvent,
  now: Date,
): Promise<boolean> {
  const inline = memberIds.length <= MAX_DELETED_INLINE
  const members = () => memberActions(account, group, { add: [], remove: memberIds, displays: [] })
  if (inline) await deleteResource(db, account, group, event, members())
  else await deleteHiding(db, account, 'GROUP', group, event, now)
  return !inline
}

async function deleteHiding(
  db: Db,
  account: string,
  kind: 'USER' | 'GROUP',
  before: StoredResource,
  event: RestEvent,
  now: Date,
): Promise<void> {
  const tombstone = markPendingAction(account, { kind, id: before.id, due: now.getTime() + TOMBSTONE_MS })
  await deleteResource(db, account, before, event, { tombstone })
  forgetPending(db, account)
}
