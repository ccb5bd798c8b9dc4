import { changesBetween } from '../../audit/changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { MAX_NAMED_MEMBERS } from '../../scim/limits.ts'
import { hasMembers } from '../../scim/schema.ts'
import { type Deletion, getDeletion } from '../../store/deletions.ts'
import { withDryRun } from '../../store/dry-run.ts'
import { getHead, type Work } from '../../store/groups/heads.ts'
import type { MemberDelta } from '../../store/groups/member-item.ts'
import { putGroupAgain, putUserAgain, Unsettled } from '../../store/groups/undelete.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { LostRace, NameTaken } from '../../store/resource-writes.ts'
import { getResource } from '../../store/resources.ts'
import { untilWon } from '../conflict.ts'
import type { ScimContext } from '../context.ts'
import { marksBack } from '../direct-marks.ts'
import { many } from '../say-owned.ts'
import { changesOf, loadDelta, NOBODY } from './commit-back.ts'
import { firstOf } from './member-delta.ts'
import { moveNames } from './names-back.ts'
import { Refused } from './refused.ts'
import { requireBack } from './require-back.ts'
import { type Committed, type How, type Target, trailOf } from './target.ts'

const NOTHING: Committed = { what: undefined, isAll: true, gone: 0 }

/**
 * Makes an object that was deleted again, under its old id: with its owner, its name, its attributes and, of a group,
 * those members who are still users. Its version goes on from that of its delete.
 * @throws {Refused} {@link NameTaken}
 */
export async function makeAgain(context: ScimContext, target: Target, how: How): Promise<Committed> {
  const { db, principal } = context
  const { kind, net } = target
  const name = net.effect.attributes.get(kind.type.uniqueName)?.before
  if (net.deletedName !== undefined && name === undefined) return NOTHING
  if (net.deletedName === undefined) throw new Refused('it was deleted since, by what is not undone: undrop it first')
  await requireSettled(context, workOf(context, target))
  if (net.problem) throw net.problem
  const deletion = await getDeletion(db, principal.account, kind.type, { name: net.deletedName, id: target.id })
  if (!deletion) throw new Refused('what it was is no longer kept')
  return untilWon(() => commitAgain(context, target, how, deletion))
}

async function commitAgain(context: ScimContext, target: Target, how: How, deletion: Deletion): Promise<Committed> {
  const { type } = target.kind
  if (await getResource(context.db, context.principal.account, type, target.id)) return NOTHING
  const attributes = requireBack(target, { attributes: {} }, how)
  const { delta: all, gone } = hasMembers(type) ? await loadDelta(context, target, how) : NOBODY
  const { part, isAll } = how.dryRun ? { part: all, isAll: true } : firstOf(all, how.most ?? MAX_NAMED_MEMBERS)
  const trail = trailOf(context, target, how)
  const direct = marksBack(deletion, target.net.effect.marks)
  const resource: StoredResource = {
    ...{ type, id: target.id, owner: deletion.owner, created: deletion.created, version: deletion.version + 2 },
    ...(deletion.turn !== undefined && { turn: deletion.turn }),
    ...(direct && { direct }),
    ...{ lastModified: context.now.toISOString(), eventId: trail.eventId, attributes },
    ...(hasMembers(type) && { memberCount: part.add.length }),
  }
  const changes = [...changesBetween(undefined, attributes), ...changesOf(part)]
  const table = how.dryRun ? { ...context, db: withDryRun(context.db) } : context
  const again = { resource, members: how.dryRun ? NOBODY.delta : part }
  try {
    await trail.record({ status: 200, changes }, (event) => putAgain(table, again, event))
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error
    if (!(await moveNames(context, { target, before: undefined, attributes }, how))) throw error
    if (!how.dryRun) throw new LostRace('', { cause: error })
  }
  return {
    what: part.add.length > 0 ? `made again, with ${many(part.add.length, 'member')}` : 'made again',
    isAll,
    gone,
  }
}

async function putAgain(
  { db, principal: { account } }: ScimContext,
  { resource, members }: { resource: StoredResource; members: MemberDelta },
  event: RestEvent,
): Promise<void> {
  try {
    if (hasMembers(resource.type)) await putGroupAgain(db, account, resource, members, event)
    else await putUserAgain(db, account, resource, event)
  } catch (error) {
    throw error instanceof Unsettled ? new Refused(BEING_TAKEN_APART) : error
  }
}

const workOf = ({ principal: { account } }: ScimContext, { kind, id }: Target): Work => ({
  ...{ account, id },
  kind: hasMembers(kind.type) ? 'GROUP' : 'USER',
})

const BEING_TAKEN_APART = 'it was deleted moments ago, and what it left is still being taken away: run this again'

/**
 * A deleted user is hidden by its tombstone, and a deleted group swept: what came back before the end of that would go
 * again. @throws {Refused} saying how long that takes, where it is known.
 */
async function requireSettled({ db }: ScimContext, work: Work): Promise<void> {
  const head = await getHead(db, work)
  if (!head) return
  const seconds = head.kind === 'USER' ? Math.ceil((head.due - db.clock()) / 1000) : 0
  throw new Refused(seconds > 0 ? `${BEING_TAKEN_APART} in ${seconds} s` : BEING_TAKEN_APART)
}
