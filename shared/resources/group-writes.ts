import type { RestEvent } from '../audit/rest-event.ts'
import { sameAttributes } from '../scim/patch/apply.ts'
import {
  commitLargeChange,
  fitsTransaction,
  putNewGroup,
  writeGroupChange,
  writeMembersOnly,
} from '../store/groups/change.ts'
import { deleteGroup } from '../store/groups/delete.ts'
import { applyIntents } from '../store/groups/intents.ts'
import { sweepGroup } from '../store/groups/sweep.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResource } from '../store/resources.ts'
import { afterCommit, type ScimContext } from './context.ts'
import type { ResolvedDelta } from './group-members.ts'
import type { Draft, Rest, Write } from './special.ts'

/** A group's draft, with the members it gains and loses. */
export interface GroupDraft extends Draft {
  members: ResolvedDelta
}

/** Stores a new group with its members: in one transaction, or committed at once and applied afterwards. */
export async function writeNewGroup(
  context: ScimContext,
  group: StoredResource,
  { members }: GroupDraft,
  event: RestEvent,
): Promise<Rest | undefined> {
  const { db, principal, now } = context
  const stored = await putNewGroup(db, principal.account, group, members, event, now)
  return stored.applying === undefined ? undefined : applying(context, stored)
}

/** Writes a change of a group and its members by the path its size asks for. */
export async function writeGroup(
  context: ScimContext,
  { before, after, draft: { members }, anyVersion }: Write<GroupDraft>,
  event: RestEvent,
): Promise<Rest | undefined> {
  const { db, principal, now } = context
  const { account } = principal
  const { wholeSet, ...delta } = members
  const change = { before, after, ...delta }
  if (!fitsTransaction(change)) {
    const large = { ...after, applying: after.version }
    await commitLargeChange(db, account, { ...change, after: large }, event, now)
    return applying(context, large)
  }
  if (anyVersion && !wholeSet && sameAttributes(after.attributes, before.attributes)) {
    await writeMembersOnly(db, account, change, event)
    return () => getResource(db, account, after.type, after.id)
  }
  await writeGroupChange(db, account, change, event)
  return undefined
}

/** Deletes a group and its memberships. */
export async function deleteWithMembers(
  context: ScimContext,
  before: StoredResource,
  { members }: GroupDraft,
  event: RestEvent,
): Promise<Rest | undefined> {
  const { db, principal, now } = context
  const { account } = principal
  const left = await deleteGroup(db, account, before, members.remove, event, now)
  return left ? afterCommit(context, () => sweepGroup(db, before.id, event)) : undefined
}

/** What is not applied now is overlaid by readers, and finished by whoever meets it. */
function applying(context: ScimContext, group: StoredResource): Rest {
  const { db, principal } = context
  return afterCommit(context, () => applyIntents(db, principal.account, group))
}
