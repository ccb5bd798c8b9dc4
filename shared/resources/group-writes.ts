import { changesBetween, membershipChanges } from '../audit/changes.ts'
import type { RestEvent } from '../audit/rest-event.ts'
import { sameAttributes } from '../scim/patch/apply.ts'
import {
  commitLargeChange,
  fitsTransaction,
  type GroupChange,
  isRename,
  writeGroupChange,
  writeMembersOnly,
} from '../store/groups/change.ts'
import { APPLY_MS, applyIntents, commitIntents } from '../store/groups/intents.ts'
import { addMember, type StoredMember } from '../store/groups/member-item.ts'
import { sweepRename } from '../store/groups/sweep.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { createWith } from '../store/resource-writes.ts'
import { getResource } from '../store/resources.ts'
import { afterCommit, type ScimContext } from './context.ts'

/** Stores a new group with its members: in one transaction, or committed at once and applied afterwards. */
export async function writeNewGroup(
  context: ScimContext,
  group: StoredResource,
  add: StoredMember[],
  event: RestEvent,
): Promise<void> {
  const { db, principal, now } = context
  const { account } = principal
  if (!fitsTransaction({ add, remove: [] })) {
    const large = { ...group, applying: group.version }
    await createWith(db, account, large, event, commitIntents(account, large, { add, remove: [] }, now))
    return apply(context, large)
  }
  const members = add.map((member) => addMember(account, group, member))
  await createWith(db, account, group, event, members)
}

/** Writes a change of a group and its members by the path its size asks for; answers the version that is now stored. */
export async function writeGroup(
  context: ScimContext,
  change: GroupChange,
  { status, anyVersion }: { status: number | ((memberCount: number) => number); anyVersion: boolean },
): Promise<StoredResource> {
  const { db, principal, trail, now } = context
  const { account } = principal
  const { before, after, add, remove } = change
  const members = membershipChanges({ added: add.map(({ userId }) => userId), removed: remove })
  const event = trail.complete({
    status: typeof status === 'number' ? status : status(after.memberCount ?? 0),
    changes: [...changesBetween(before.attributes, after.attributes), ...members],
  })
  if (!fitsTransaction(change)) {
    const large = { ...after, applying: after.version }
    await commitLargeChange(db, account, { ...change, after: large }, event, now)
    trail.recorded = true
    await apply(context, large)
  } else if (anyVersion && sameAttributes(after.attributes, before.attributes)) {
    await writeMembersOnly(db, account, change, event)
    trail.recorded = true
    return (await getResource(db, account, 'Group', after.id)) ?? after
  } else {
    await writeGroupChange(db, account, change, event)
    trail.recorded = true
  }
  if (isRename(change)) await afterCommit(context, () => sweepRename(db, account, after.id))
  return after
}

/** What is not applied now is overlaid by readers, and finished by whoever meets it. */
function apply(context: ScimContext, group: StoredResource): Promise<void> {
  const { db, principal, now } = context
  return afterCommit(context, () => applyIntents(db, principal.account, group, now.getTime() + APPLY_MS))
}
