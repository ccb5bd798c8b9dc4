import { membershipChanges } from '../audit/changes.ts'
import type { Attributes } from '../scim/schema.ts'
import { MembersDiffer } from '../store/groups/change.ts'
import { listMembers } from '../store/groups/members.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { checkReserved } from './access.ts'
import {
  displayChange,
  type KnownMembers,
  loadKnownMembers,
  type ResolvedDelta,
  resolveDelta,
} from './group-members.ts'
import { deleteWithMembers, type GroupDraft, writeGroup, writeNewGroup } from './group-writes.ts'
import { groupMembers } from './members.ts'
import { requireSettled } from './settled.ts'
import type { Special } from './special.ts'

/** The largest group whose members a PATCH returns; above it the answer is 204 (docs/architecture.md). */
const MAX_RETURNED_MEMBERS = 1000

/** What is special about groups: their members, which are items of their own, and the names of roles. */
export const groups: Special<KnownMembers, GroupDraft> = {
  derived: groupMembers,
  load: loadKnownMembers,
  requireReady: requireSettled,
  async draft(context, { memberSteps }, known, attributes, before) {
    const { displayName } = attributes
    if (displayName !== before?.attributes.displayName) checkReserved(context, String(displayName))
    return toDraft(attributes, await resolveDelta(context, before, memberSteps, known), before)
  },
  async draftDeletion({ db, principal }, before) {
    const members = await listMembers(db, principal.account, before.id)
    return toDraft(before.attributes, { add: [], remove: [...members.keys()], displays: [], wholeSet: true }, before)
  },
  correct(before, { attributes, members: { add, remove, displays, wholeSet } }, error) {
    if (!(error instanceof MembersDiffer)) return undefined
    const { present, absent } = error
    const left = {
      add: add.filter(({ userId }) => !present.has(userId)),
      remove: remove.filter((userId) => !absent.has(userId)),
      displays: [...displays, ...add.flatMap((member) => displayChange(present.get(member.userId), member))],
    }
    return toDraft(attributes, { ...left, wholeSet }, before)
  },
  putNew: writeNewGroup,
  put: writeGroup,
  delete: deleteWithMembers,
  answersEmpty: ({ principal }, { memberCount = 0 }) =>
    principal.clientKind === 'AZURE' || memberCount > MAX_RETURNED_MEMBERS,
}

function toDraft(attributes: Attributes, members: ResolvedDelta, before: StoredResource | undefined): GroupDraft {
  const { add, remove, displays } = members
  const changes = membershipChanges({ added: add.map(({ userId }) => userId), removed: remove, displays })
  const memberCount = (before?.memberCount ?? 0) + add.length - remove.length
  return { attributes, fields: { memberCount }, changes, members }
}
