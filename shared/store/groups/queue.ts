import { listsAllMembers } from '../../audit/changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { ScimError } from '../../scim/error.ts'
import { quote } from '../../scim/quote.ts'
import type { Count } from '../brake/hour.ts'
import type { Db } from '../client.ts'
import type { StoredResource } from '../resource-item.ts'
import { putVersion } from '../resource-writes.ts'
import { type Actions, ConditionsFailed } from '../transaction.ts'
import { queueAction, type Room } from './heads.ts'
import { putIntentActions } from './intents.ts'
import type { MemberDelta } from './member-item.ts'
import { toIntents, withoutBefore } from './to-intents.ts'

/** A new version of a group together with its members' change. */
export interface GroupChange extends MemberDelta {
  before: StoredResource
  after: StoredResource
  /** What it counts on the brake. */
  count?: Count | undefined
}

/**
 * Access pattern W4: commits a membership change of any size, or of a group whose changes are queued: the group's new
 * version, its REST event and the change as intents, which every reader overlays from then on and the worker applies in
 * order. The change is what differs from the members as they are at the version before, open intents included.
 * @throws {LostRace} {@link NameTaken} {@link ScimError} 413 when it is too large for one commit, 429 when too many
 * changes are queued.
 */
export async function queueGroupChange(db: Db, account: string, change: GroupChange, event: RestEvent): Promise<void> {
  const { before, after, count } = change
  const further = queueActions(db, account, after, change, event)
  const write = { before, after: { ...after, applying: after.version }, further, count, attempt: '|queued' }
  try {
    await putVersion(db, account, write, event)
  } catch (error) {
    throw error instanceof ConditionsFailed && error.failures.has(QUEUE) ? tooManyQueued(after.id) : error
  }
}

const QUEUE = 'queue'

/** Commits a change of members as part of a new version of its group, where there is room in the queue. */
export function queueActions(
  db: Db,
  account: string,
  { id, version }: StoredResource,
  change: MemberDelta,
  { time, eventId, changes = [] }: RestEvent,
  room: Room = 'bounded',
): Actions {
  const at = db.clock()
  const isKept = !listsAllMembers(changes)
  const commit = { version, at, cause: { time, eventId }, ...(isKept && { isKept }) }
  const intents = toIntents(commit, isKept ? change : withoutBefore(change))
  const queue = queueAction(account, id, { version, intents: intents.length, at }, room)
  return { ...putIntentActions(account, id, intents), [QUEUE]: queue }
}

function tooManyQueued(groupId: string): ScimError {
  const detail = `Group ${quote(groupId)} has too many changes that wait to be applied; retry after the seconds named in Retry-After`
  return new ScimError(429, undefined, detail, { headers: { 'retry-after': '5' } })
}
