import { changesBetween, membershipChanges } from '../audit/changes.ts'
import type { MemberStep } from '../scim/members.ts'
import { applyPatch, listMemberSteps, sameAttributes } from '../scim/patch/apply.ts'
import { parsePatch } from '../scim/patch/request.ts'
import type { Projection } from '../scim/project.ts'
import type { Attributes, Json } from '../scim/schema.ts'
import { parseResource } from '../scim/validate.ts'
import { nameOf } from '../store/claims.ts'
import { eventPut } from '../store/events/write.ts'
import { MembersDiffer } from '../store/groups/change.ts'
import { removeMember } from '../store/groups/member-item.ts'
import { listMembers } from '../store/groups/members.ts'
import { forgetPending, markPending, TOMBSTONE_MS } from '../store/groups/pending.ts'
import { sweepGroup } from '../store/groups/sweep.ts'
import { deletedGroupKey } from '../store/keys.ts'
import { newId } from '../store/new-id.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { deleteActions, LostRace } from '../store/resource-writes.ts'
import { getResource } from '../store/resources.ts'
import { transact } from '../store/transaction.ts'
import { checkReserved, requireCreate, requireOwned, requireVisible } from './access.ts'
import { toUniqueness, untilWon } from './conflict.ts'
import { afterCommit, type ScimContext } from './context.ts'
import { listAdded, loadAmong, loadCandidates, type MemberDelta, resolveDelta } from './group-members.ts'
import { writeGroup, writeNewGroup } from './group-writes.ts'
import { checkIfMatch } from './precondition.ts'
import { loadDerived, type Presented, presentStored } from './present.ts'
import { requireSettled } from './settled.ts'
import { type ChangeOptions, removeOr } from './users.ts'

/** The largest group whose members a PATCH returns; above it the answer is 204 (docs/architecture.md). */
const MAX_RETURNED_MEMBERS = 1000
/** Members a delete removes in its own transaction; more are hidden at once and swept afterwards. */
const MAX_DELETED_INLINE = 80

/** A change of a group as the request states it. */
interface GroupRequest {
  memberSteps: MemberStep[]
  /** The group's other attributes, from what they were. */
  attributes(before: Attributes): Attributes
}

/** Creates a group with its members, owned by the caller's role (RFC 7644 §3.3). @throws {ScimError} 400, 403, 409. */
export async function createGroup(context: ScimContext, body: Json, projection: Projection): Promise<Presented> {
  const { principal, now, trail, types } = context
  requireCreate(context, 'Group')
  const { attributes, memberSteps } = splitMembers(parseResource(types.Group, body))
  checkReserved(context, String(attributes.displayName))
  const candidates = await loadCandidates(context, listAdded(memberSteps))
  const { add } = await resolveDelta(context, undefined, memberSteps, { users: candidates })
  const group: StoredResource = {
    type: 'Group',
    id: newId(now),
    owner: principal.role,
    version: 1,
    created: now.toISOString(),
    lastModified: now.toISOString(),
    attributes,
    eventId: trail.eventId,
    memberCount: add.length,
  }
  trail.about('ROLE', group.id, nameOf(group.type, group.attributes))
  const members = membershipChanges({ added: add.map(({ userId }) => userId), removed: [] })
  const event = trail.complete({ status: 201, changes: [...changesBetween(undefined, attributes), ...members] })
  try {
    await writeNewGroup(context, group, add, event)
  } catch (error) {
    trail.about('ROLE', undefined, nameOf(group.type, group.attributes))
    throw toUniqueness(error, group)
  }
  trail.recorded = true
  const derived = add.length === 0 ? { members: [] } : await loadDerived(context, 'Group', group.id, projection)
  return presentStored(context, group, projection, derived)
}

/** Replaces a group's attributes and members (RFC 7644 §3.5.1). @throws {ScimError} 400, 403, 404, 409, 412. */
export async function replaceGroup(
  context: ScimContext,
  id: string,
  body: Json,
  options: ChangeOptions,
): Promise<Presented> {
  const { attributes, memberSteps } = splitMembers(parseResource(context.types.Group, body))
  const request = { memberSteps, attributes: () => attributes }
  const group = await changeGroup(context, id, options.ifMatch, 200, request)
  return presentStored(context, group, options.projection, await loadDerived(context, 'Group', id, options.projection))
}

export interface GroupPatchOptions extends ChangeOptions {
  /** Whether the client asked for certain attributes: then it is always answered with them (RFC 7644 §3.5.2). */
  projected: boolean
}

/** Applies a PATCH to a group; the answer is empty where the client kind or the size of the group wants it so. */
export async function patchGroup(
  context: ScimContext,
  id: string,
  body: Json,
  { projection, ifMatch, projected }: GroupPatchOptions,
): Promise<{ presented: Presented; empty: boolean }> {
  const type = context.types.Group
  const operations = parsePatch(type, body)
  const isEmpty = (count: number) =>
    !projected && (context.principal.clientKind === 'AZURE' || count > MAX_RETURNED_MEMBERS)
  const status = (count: number) => (isEmpty(count) ? 204 : 200)
  const group = await changeGroup(context, id, ifMatch, status, {
    memberSteps: listMemberSteps(operations),
    attributes: (before) => applyPatch(type, before, operations, { id }).attributes,
  })
  const empty = isEmpty(group.memberCount ?? 0)
  const derived = empty ? undefined : await loadDerived(context, 'Group', id, projection)
  return { presented: presentStored(context, group, projection, derived), empty }
}

/** Reads, changes and writes one group; answers its new version, or the old one when nothing changed. */
function changeGroup(
  context: ScimContext,
  id: string,
  ifMatch: string | undefined,
  status: number | ((memberCount: number) => number),
  { memberSteps, attributes: change }: GroupRequest,
): Promise<StoredResource> {
  const { db, principal } = context
  let candidates: Promise<Map<string, StoredResource>> | undefined
  return untilWon(ifMatch, async (attempt) => {
    // Whom a request names is known before the group is read, so all of it is read in one round trip.
    candidates ??= loadCandidates(context, listAdded(memberSteps))
    const [found, users, among] = await Promise.all([
      getResource(db, principal.account, 'Group', id),
      candidates,
      loadAmong(context, id, memberSteps),
    ])
    const before = requireVisible(context, 'Group', id, found)
    requireOwned(context, before)
    checkIfMatch(ifMatch, before)
    await requireSettled(context, before)
    const attributes = change(before.attributes)
    if (attributes.displayName !== before.attributes.displayName) checkReserved(context, String(attributes.displayName))
    const delta = await resolveDelta(context, before, memberSteps, { users, among })
    const anyVersion = attempt > 0 && ifMatch === undefined && !delta.wholeSet
    return writeDelta(context, before, attributes, delta, { status, anyVersion })
  })
}

/** Writes a delta, again without what turned out to be so already, until it is written or nothing is left of it. */
async function writeDelta(
  context: ScimContext,
  before: StoredResource,
  attributes: Attributes,
  delta: MemberDelta,
  options: { status: number | ((memberCount: number) => number); anyVersion: boolean },
): Promise<StoredResource> {
  const { add, remove } = delta
  if (add.length === 0 && remove.length === 0 && sameAttributes(before.attributes, attributes)) return before
  const after: StoredResource = {
    ...before,
    attributes,
    version: before.version + 1,
    lastModified: context.now.toISOString(),
    eventId: context.trail.eventId,
    memberCount: (before.memberCount ?? 0) + add.length - remove.length,
  }
  try {
    return await writeGroup(context, { before, after, add, remove }, options)
  } catch (error) {
    if (!(error instanceof MembersDiffer)) throw toUniqueness(error, after)
    return writeDelta(context, before, attributes, without(delta, error), options)
  }
}

const without = ({ add, remove, wholeSet }: MemberDelta, { present, absent }: MembersDiffer): MemberDelta => ({
  add: add.filter(({ userId }) => !present.has(userId)),
  remove: remove.filter((userId) => !absent.has(userId)),
  wholeSet,
})

/** Deletes a group and its memberships (RFC 7644 §3.6); its history stays. @throws {ScimError} 403, 404, 412. */
export function deleteGroup(context: ScimContext, id: string, ifMatch: string | undefined): Promise<void> {
  const { db, principal, now, trail } = context
  const { account } = principal
  return untilWon(ifMatch, async () => {
    const before = requireVisible(context, 'Group', id, await getResource(db, account, 'Group', id))
    requireOwned(context, before)
    checkIfMatch(ifMatch, before)
    await requireSettled(context, before)
    const members = [...(await listMembers(db, account, id)).keys()]
    const changes = [
      ...changesBetween(before.attributes, undefined),
      ...membershipChanges({ added: [], removed: members }),
    ]
    const event = trail.complete({ status: 204, changes })
    const inline = members.length <= MAX_DELETED_INLINE
    const memberships = inline
      ? members.map((userId) => removeMember(account, id, userId))
      : [markPending(deletedGroupKey(account, id), now.getTime() + TOMBSTONE_MS)]
    const actions = [...deleteActions(account, before), ...memberships, eventPut(db, event)]
    await removeOr(LostRace, () => transact(db, actions, `${trail.eventId}:${before.version}`))
    trail.recorded = true
    if (inline) return
    forgetPending(db, account)
    await afterCommit(context, () => sweepGroup(db, account, id))
  })
}

/** Splits what is stored with the group from what is stored as memberships. */
function splitMembers({ members, ...attributes }: Attributes): { attributes: Attributes; memberSteps: MemberStep[] } {
  const list = Array.isArray(members) ? (members as unknown as { value: string; display?: string }[]) : []
  return { attributes, memberSteps: [{ kind: 'replace', members: list }] }
}
