import { membershipChanges } from '../audit/changes.ts'
import { MAX_LISTED_MEMBERS } from '../audit/listed.ts'
import { isReturned } from '../scim/project.ts'
import type { Attributes } from '../scim/schema.ts'
import { fitsTransaction, MAX_INLINE_MEMBERS, MembersDiffer } from '../store/groups/change.ts'
import { displaysOf, type StoredMember } from '../store/groups/member-item.ts'
import { listMembers, listSomeMembers } from '../store/groups/members.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { checkReserved } from './access.ts'
import type { ScimContext } from './context.ts'
import { MAX_RETURNED_MEMBERS } from './current-members.ts'
import {
  displayChange,
  type KnownMembers,
  loadKnownMembers,
  type ResolvedDelta,
  resolveDelta,
} from './group-members.ts'
import { deleteWithMembers, type GroupDraft, writeGroup, writeNewGroup } from './group-writes.ts'
import { groupMembers } from './members.ts'
import { presentMember } from './present.ts'
import type { Answer, Special } from './special.ts'

/** What is special about groups: their members, which are items of their own, and the names of roles. */
export const groups: Special<KnownMembers, GroupDraft> = {
  derived: groupMembers,
  load: loadKnownMembers,
  async draft(context, request) {
    const { attributes, before, answer } = request
    const { displayName } = attributes
    if (displayName !== before?.attributes.displayName) checkReserved(context, String(displayName))
    const { shown, ...delta } = await resolveDelta(context, request)
    const draft = toDraft(attributes, delta, before)
    return { ...draft, ...toAnswer(context, answer, draft, shown) }
  },
  async draftDeletion({ db, principal: { account } }, before) {
    const { memberCount = 0, applying } = before
    const isSmall = memberCount <= MAX_INLINE_MEMBERS && applying === undefined
    const leavers = isSmall
      ? [...(await listMembers(db, account, before.id)).values()]
      : await listSomeMembers(db, account, before, MAX_LISTED_MEMBERS)
    const remove = leavers.map(({ userId }) => userId)
    const delta = { add: [], remove, displays: [], lost: displaysOf(leavers) }
    const members = { ...delta, exact: isSmall && fitsTransaction(delta) }
    const leaving = Math.max(memberCount, remove.length)
    const changes = membershipChanges({ added: [], removed: remove, displays: [], lost: delta.lost, leaving })
    return { attributes: before.attributes, fields: {}, changes, members }
  },
  weigh: (_before, { members }) => members.remove.length,
  correct(before, draft, error) {
    if (!(error instanceof MembersDiffer)) return undefined
    const { attributes, members } = draft
    const { present, absent } = error
    const left = {
      add: members.add.filter(({ userId }) => !present.has(userId)),
      remove: members.remove.filter((userId) => !absent.has(userId)),
      displays: [...members.displays, ...members.add.flatMap((sent) => displayChange(present.get(sent.userId), sent))],
    }
    return { ...draft, ...toDraft(attributes, { ...members, ...left }, before) }
  },
  putNew: writeNewGroup,
  put: writeGroup,
  delete: deleteWithMembers,
}

function toDraft(attributes: Attributes, members: ResolvedDelta, before: StoredResource | undefined): GroupDraft {
  const { add, remove, displays, lost } = members
  const changes = membershipChanges({ added: add.map(({ userId }) => userId), removed: remove, displays, lost })
  const memberCount = (before?.memberCount ?? 0) + add.length - remove.length
  return { attributes, fields: { memberCount }, changes, members }
}

/** What the answer shows of the members: a PATCH may leave the group out, and does so where they are many or not known. */
function toAnswer(
  context: ScimContext,
  { projection, mayBeEmpty }: Answer,
  { fields: { memberCount = 0 } }: GroupDraft,
  shown: Map<string, StoredMember> | undefined,
): Pick<GroupDraft, 'derived' | 'empty'> {
  const isBrief = context.principal.clientKind === 'AZURE' || memberCount > MAX_RETURNED_MEMBERS || !shown
  if (mayBeEmpty && isBrief) return { empty: true }
  if (!shown || !isReturned(projection, 'members')) return {}
  return { derived: { members: [...shown.values()].map((member) => presentMember(context, member)) } }
}
