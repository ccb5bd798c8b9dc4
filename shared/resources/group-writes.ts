import type { RestEvent } from '../audit/rest-event.ts'
import { sameAttributes } from '../scim/patch/apply.ts'
import type { Count } from '../store/brake/hour.ts'
import { fitsTransaction, putNewGroup, writeGroupChange, writeMembersOnly } from '../store/groups/change.ts'
import { deleteGroup } from '../store/groups/delete.ts'
import { queueGroupChange } from '../store/groups/queue.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { ScimContext } from './context.ts'
import type { ResolvedDelta } from './group-members.ts'
import type { Draft, Write } from './special.ts'

/** A group's draft, with the members it gains and loses. */
export interface GroupDraft extends Draft {
  members: ResolvedDelta
}

/** Stores a new group with its members. */
export const writeNewGroup = (
  { db, principal }: ScimContext,
  group: StoredResource,
  { members }: GroupDraft,
  event: RestEvent,
): Promise<void> => putNewGroup(db, principal.account, group, members, event)

/**
 * Writes a change of a group and its members by the path its size asks for. A group whose changes are queued takes every
 * change of its members behind them.
 */
export async function writeGroup(
  { db, principal: { account } }: ScimContext,
  { before, after, draft: { members }, anyVersion, count }: Write<GroupDraft>,
  event: RestEvent,
): Promise<StoredResource | undefined> {
  const { exact, ...delta } = members
  const change = { before, after, count, ...delta }
  const isEmpty = delta.add.length + delta.remove.length + delta.displays.length === 0
  if (!fitsTransaction(delta) || (before.applying !== undefined && !isEmpty)) {
    await queueGroupChange(db, account, change, event)
    return after
  }
  const isOfMembersOnly = sameAttributes(after.attributes, before.attributes) && after.direct === before.direct
  if (anyVersion && !exact && isOfMembersOnly) {
    await writeMembersOnly(db, account, change, event)
    return undefined
  }
  await writeGroupChange(db, account, change, event)
  return after
}

/** Deletes a group and its memberships, or leaves those to the worker. */
export const deleteWithMembers = (
  { db, principal: { account } }: ScimContext,
  before: StoredResource,
  { members: { exact, ...delta } }: GroupDraft,
  event: RestEvent,
  count?: Count,
): Promise<void> => deleteGroup(db, account, before, exact ? delta : undefined, event, count)
