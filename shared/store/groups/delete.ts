import type { RestEvent } from '../../audit/rest-event.ts'
import type { Count } from '../brake/hour.ts'
import type { Db } from '../client.ts'
import type { StoredResource } from '../resource-item.ts'
import { deleteResource } from '../resource-writes.ts'
import { memberActions } from './change.ts'
import { leaveGroupAction, tombstoneAction } from './heads.ts'
import type { MemberDelta } from './member-item.ts'

/**
 * Access pattern W5 of a user: readers hide its memberships from then on, and the worker takes them away.
 * @throws {LostRace} when the user is no longer what was read.
 */
export async function deleteUser(
  db: Db,
  account: string,
  user: StoredResource,
  event: RestEvent,
  count?: Count,
): Promise<void> {
  const tombstone = tombstoneAction(account, user.id, event, db.clock())
  await deleteResource(db, account, user, event, { tombstone }, count)
}

/**
 * Access pattern W5 of a group with these members, in one transaction; without them where they are too many or changes
 * are queued: then the worker takes away what is left, and keeps it beside the event.
 * @throws {LostRace} when the group or a membership is no longer what was read.
 */
export async function deleteGroup(
  db: Db,
  account: string,
  group: StoredResource,
  members: MemberDelta | undefined,
  event: RestEvent,
  count?: Count,
): Promise<void> {
  if (members) {
    const further = memberActions(db, group, members, event)
    return deleteResource(db, account, group, event, further, count)
  }
  const left = leaveGroupAction(account, group.id, group.version + 1, event, db.clock())
  return deleteResource(db, account, group, { ...event, kept: 1 }, { left }, count)
}
