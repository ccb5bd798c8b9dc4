import { changesBetween, membershipChanges } from '../../audit/changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { MAX_NAMED_MEMBERS } from '../../scim/limits.ts'
import { hasMembers } from '../../scim/schema.ts'
import { mapConcurrently } from '../../store/batch.ts'
import { MembersDiffer } from '../../store/groups/change.ts'
import type { MemberDelta } from '../../store/groups/member-item.ts'
import { listMembersAmong } from '../../store/groups/members.ts'
import { listOwners } from '../../store/owners.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { LostRace, putVersion } from '../../store/resource-writes.ts'
import { getResource } from '../../store/resources.ts'
import type { ScimContext } from '../context.ts'
import { writeGroup } from '../group-writes.ts'
import { describe } from './describe.ts'
import { firstOf, toDelta } from './member-delta.ts'
import { Refused } from './refused.ts'
import { setAttributesBack } from './set-back.ts'
import { type Committed, type How, type Target, trailOf } from './target.ts'

/** Of what has no members. */
export const NOBODY: MembersBack = { delta: { add: [], remove: [], displays: [] }, gone: 0 }
const PARALLEL = 8

/**
 * Sets an object that is there back, as far as one commit takes members: its attributes, and who came or went.
 * @throws {Refused} {@link LostRace} {@link NameTaken}
 */
export async function commitBack(context: ScimContext, target: Target, how: How): Promise<Committed> {
  const { db, principal } = context
  const { type } = target.kind
  const before = await getResource(db, principal.account, type, target.id)
  if (!before) throw new Refused('it has been deleted meanwhile')
  const attributes = requireBack(target, before, how)
  const { delta: all, gone } = hasMembers(type) ? await loadDelta(context, target, how, before) : NOBODY
  const { part, isAll } = how.dryRun ? { part: all, isAll: true } : firstOf(all, how.most ?? MAX_NAMED_MEMBERS)
  const changes = changesBetween(before.attributes, attributes)
  const what = describe(changes, part)
  if (what === '') return { what: undefined, isAll: true, gone }
  if (!how.dryRun) await commit(context, target, { before, attributes, part })
  return { what, isAll, gone }
}

/** The attributes an object had. @throws {Refused} */
export function requireBack(
  { kind: { type }, net }: Target,
  { attributes: now }: Pick<StoredResource, 'attributes'>,
  { force }: How,
) {
  const { attributes, changedSince, hidden } = setAttributesBack(type, now, net.effect, force)
  if (changedSince.length > 0) throw new Refused(`changed again since: ${changedSince.join(', ')}`)
  if (hidden.length > 0 && !force) throw new Refused(`the history hides what was in ${hidden.join(', ')}`)
  return attributes
}

/** Which members come back, go, or get their display back; and how many cannot, since they are users no more. */
interface MembersBack {
  delta: MemberDelta
  gone: number
}

/** @see MembersBack */
export async function loadDelta(
  context: ScimContext,
  { net: { effect } }: Target,
  how: How,
  group?: StoredResource,
): Promise<MembersBack> {
  const { db, principal, types } = context
  const { account, role } = principal
  const named = [...effect.members.keys()]
  const members = group ? await listMembersAmong(db, account, group, named) : new Map()
  const due = named.filter((userId) => !members.has(userId) && effect.members.get(userId)?.before)
  const users = new Set((await listOwners(db, account, types.User, due, role)).keys())
  const missing = how.dryRun ? due.filter((userId) => !users.has(userId)) : []
  const returning = await mapConcurrently(missing, PARALLEL, how.returns)
  const isUser = (userId: string) => users.has(userId) || returning[missing.indexOf(userId)] === true
  return { delta: toDelta(effect, { members, isUser }), gone: due.filter((userId) => !isUser(userId)).length }
}

async function commit(
  context: ScimContext,
  target: Target,
  { before, attributes, part }: Pick<StoredResource, 'attributes'> & { before: StoredResource; part: MemberDelta },
): Promise<void> {
  const { db, principal, now } = context
  const trail = trailOf(context, target)
  const stamp = { version: before.version + 1, lastModified: now.toISOString(), eventId: trail.eventId }
  const isGroup = hasMembers(before.type)
  const memberCount = (before.memberCount ?? 0) + part.add.length - part.remove.length
  const after = { ...before, attributes, ...stamp, ...(isGroup && { memberCount }) }
  const changes = [...changesBetween(before.attributes, attributes), ...changesOf(part)]
  const draft = { attributes, fields: {}, changes, members: { ...part, exact: true } }
  const put = async (event: RestEvent) => {
    if (isGroup) await writeGroup(context, { before, after, draft, anyVersion: false }, event)
    else await putVersion(db, principal.account, { before, after }, event)
  }
  await trail.record({ status: 200, changes }, put).catch((error) => {
    throw error instanceof MembersDiffer ? new LostRace('', { cause: error }) : error
  })
}

/** What an event says of members that are set back. */
export const changesOf = ({ add, remove, displays, lost }: MemberDelta) =>
  membershipChanges({ added: add.map(({ userId }) => userId), removed: remove, displays, lost })
