import { changesBetween, membershipChanges } from '../../audit/changes.ts'
import type { Change, RestEvent } from '../../audit/rest-event.ts'
import { MAX_NAMED_MEMBERS } from '../../scim/limits.ts'
import { type Attributes, hasMembers } from '../../scim/schema.ts'
import { mapConcurrently } from '../../store/batch.ts'
import { withDryRun } from '../../store/dry-run.ts'
import { getEvent } from '../../store/events/history.ts'
import { MembersDiffer } from '../../store/groups/change.ts'
import type { MemberDelta } from '../../store/groups/member-item.ts'
import { listMembersAmong } from '../../store/groups/members.ts'
import { listOwners } from '../../store/owners.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { LostRace, NameTaken, putVersion } from '../../store/resource-writes.ts'
import { getResource } from '../../store/resources.ts'
import type { ScimContext } from '../context.ts'
import { marksBack, withMarks } from '../direct-marks.ts'
import { writeGroup } from '../group-writes.ts'
import { describe } from './describe.ts'
import { firstOf, toDelta } from './member-delta.ts'
import { moveNames } from './names-back.ts'
import { Refused } from './refused.ts'
import { requireBack } from './require-back.ts'
import { isNamePath, movesNames } from './set-back.ts'
import { type Committed, type How, marksOf, type Target, trailOf } from './target.ts'

/** Of what has no members. */
export const NOBODY: MembersBack = { delta: { add: [], remove: [], displays: [] }, gone: 0 }
const PARALLEL = 8

/**
 * Sets an object that is there back, as far as one commit takes members: its attributes, and who came or went. In a dry
 * run names are tried.
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
  const earlier = await listNamesBack(context, target, how, before)
  const isDue = describe(changes, part) !== ''
  if (isDue) await commitWithNames(context, target, how, { before, attributes, part })
  const what = describe([...earlier, ...changes], part)
  return { what: what === '' ? undefined : what, isAll: !isDue || isAll, gone }
}

/** Names that this command has given it back already, together with those of another object. */
async function listNamesBack(
  { db, principal: { account } }: ScimContext,
  { kind: { type }, net }: Target,
  { begun }: How,
  { lastModified, eventId }: StoredResource,
): Promise<readonly Change[]> {
  if (lastModified < begun) return []
  const { cause, changes = [] } = (await getEvent(db, account, eventId)) ?? {}
  const areNames = changes.every(({ attribute }) => isNamePath(type, attribute))
  return cause !== undefined && cause === net.newest?.eventId && areNames ? changes : []
}

/** What one commit makes of an object. */
interface Part {
  before: StoredResource
  attributes: Attributes
  part: MemberDelta
}

/** Commits, once the names are free. */
async function commitWithNames(context: ScimContext, target: Target, how: How, part: Part): Promise<void> {
  const { before, attributes } = part
  try {
    if (!how.dryRun) await commit(context, target, how, part)
    else if (movesNames(before, attributes)) await tryNames(context, target, how, part)
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error
    if (!(await moveNames(context, { target, before, attributes }, how))) throw error
    // Its names are those from before by now, and the rest is still to do.
    if (!how.dryRun) throw new LostRace('', { cause: error })
  }
}

const tryNames = (context: ScimContext, target: Target, how: How, part: Part): Promise<void> =>
  commit({ ...context, db: withDryRun(context.db) }, target, how, { ...part, part: NOBODY.delta })

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
  how: How,
  { before, attributes, part }: Part,
): Promise<void> {
  const { db, principal, now } = context
  const trail = trailOf(context, target, how)
  const stamp = { version: before.version + 1, lastModified: now.toISOString(), eventId: trail.eventId }
  const isGroup = hasMembers(before.type)
  const memberCount = (before.memberCount ?? 0) + part.add.length - part.remove.length
  const all = [...changesBetween(before.attributes, attributes), ...changesOf(part)]
  const direct = marksBack(before, marksOf(target, all))
  const after = { ...before, attributes, direct, ...stamp, ...(isGroup && { memberCount }) }
  const changes = withMarks(before.direct, all)
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
