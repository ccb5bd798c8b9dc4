import { type MemberStep, memberChange, needsCurrentMembers } from '../scim/members.ts'
import { isReturned } from '../scim/project.ts'
import { MAX_INLINE_MEMBERS } from '../store/groups/change.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import { listMembers, listMembersAmong } from '../store/groups/members.ts'
import { openTombstones } from '../store/groups/tombstones.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { ScimContext } from './context.ts'
import type { Answer } from './special.ts'

/** The largest group whose members a PATCH returns; above it the answer is 204 (docs/architecture.md). */
export const MAX_RETURNED_MEMBERS = 100

/** Who is a member, as far as a change must know it. */
export interface Current {
  members: Map<string, StoredMember>
  /** All of them, and those whom readers hide; else only those that the change names. */
  whole?: { hidden: ReadonlyMap<string, unknown> }
}

/**
 * What a change must know of the members. A small one finds out by writing; one that will queue cannot, since it is written
 * for good before it is applied. Read after the group, so that the group's version vouches for it.
 */
export async function loadCurrent(
  context: ScimContext,
  group: StoredResource,
  steps: MemberStep[],
  answer: Answer,
): Promise<Current | undefined> {
  const { db, principal } = context
  if (needsAll(steps) || isShown(context, group, steps, answer)) {
    const [members, tombstonesAmong] = await Promise.all([
      listMembers(db, principal.account, group.id),
      openTombstones(db, principal.account),
    ])
    return { members, whole: { hidden: await tombstonesAmong(members.keys()) } }
  }
  const { add, remove } = memberChange(steps)
  const named = [...add.keys(), ...remove]
  if (named.length === 0 || (named.length <= MAX_INLINE_MEMBERS && group.applying === undefined)) return undefined
  return { members: await listMembersAmong(db, principal.account, group, named) }
}

/** Whether the steps can only be understood knowing every member. */
const needsAll = (steps: MemberStep[]): boolean =>
  needsCurrentMembers(steps) || steps.some(({ kind }) => kind === 'clear' || kind === 'replace')

/** Whether the answer shows the members, as far as can be known before. */
function isShown(
  { principal }: ScimContext,
  { memberCount = 0 }: StoredResource,
  steps: MemberStep[],
  answer: Answer,
): boolean {
  const { projection, mayBeEmpty, anyVersion } = answer
  if (!mayBeEmpty) return isReturned(projection, 'members')
  const isUnknown = anyVersion && steps.length > 0
  return principal.clientKind !== 'AZURE' && memberCount <= MAX_RETURNED_MEMBERS && !isUnknown
}
