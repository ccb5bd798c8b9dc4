import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import type { StoredResource } from '../resource-item.ts'
import { deleteResource } from '../resource-writes.ts'
import { fitsTransaction, memberActions } from './change.ts'
import { forgetPending, markPendingAction, TOMBSTONE_MS } from './pending.ts'

/**
 * Access pattern W5 of a user: readers hide its memberships from then on. `sweepUser` comes next.
 * @throws {LostRace} when the user is no longer what was read.
 */
export async function deleteUser(db: Db, account: string, user: StoredResource, event: RestEvent, now: Date) {
  await deleteHiding(db, account, 'USER', user, event, now)
}

/**
 * Access pattern W5 of a group with these members; where they fit, in one transaction. Answers whether memberships are left, which readers hide from then
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
  const members = { add: [], remove: memberIds, displays: [] }
  const inline = fitsTransaction(members)
  if (inline) await deleteResource(db, account, group, event, memberActions(db, group, members, event))
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
  const work = { kind, id: before.id, due: now.getTime() + TOMBSTONE_MS, cause: event }
  const tombstone = markPendingAction(db, account, work)
  await deleteResource(db, account, before, event, { tombstone })
  forgetPending(db, account)
}
