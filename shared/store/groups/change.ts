import type { RestEvent } from '../../audit/rest-event.ts'
import { batchGet } from '../batch.ts'
import { moveLookups } from '../claims.ts'
import type { Db } from '../client.ts'
import { eventPut } from '../events/write.ts'
import { MEMBER_PREFIX, memberKey, pendingRenameKey, resourceKey } from '../keys.ts'
import type { StoredResource } from '../resource-item.ts'
import { LostRace, moveName, NameTaken, putVersion } from '../resource-writes.ts'
import { type Action, ConditionsFailed, MAX_ACTIONS, transact } from '../transaction.ts'
import { commitIntents } from './intents.ts'
import { addMember, removeMember, type StoredMember } from './member-item.ts'
import { markPending } from './pending.ts'

/** A new version of a group together with the members it gains and loses. */
export interface GroupChange {
  before: StoredResource
  after: StoredResource
  add: StoredMember[]
  remove: string[]
}

/** What the optimistic write of members found otherwise: add and remove again without these. */
export class MembersDiffer extends Error {
  override readonly name = 'MembersDiffer'
  readonly present: ReadonlySet<string>
  readonly absent: ReadonlySet<string>
  constructor(present: Set<string>, absent: Set<string>) {
    super('Members differ from what was expected')
    this.present = present
    this.absent = absent
  }
}

/** Room for the group, its event, claims, lookups and a rename beside the members. */
const OTHER_ACTIONS = 10

/** Whether a membership change fits one transaction. */
export const fitsTransaction = ({ add, remove }: Pick<GroupChange, 'add' | 'remove'>): boolean =>
  add.length + remove.length <= MAX_ACTIONS - OTHER_ACTIONS

type MemberAction = { action: Action; userId: string; expects: 'absent' | 'present' }

/**
 * Access pattern W3: stores a small group change: group, claims, members and REST event in one transaction. Each new
 * member must be new and each removed one a member. That a new member's user is there was read before; one deleted
 * since is marked as such longer than a request lasts, which hides the membership and has it swept (`pending.ts`).
 * @throws {LostRace} {@link NameTaken} {@link MembersDiffer}
 */
export async function writeGroupChange(db: Db, account: string, change: GroupChange, event: RestEvent): Promise<void> {
  await write(db, account, change, event, putVersion(account, change.before, change.after))
}

/**
 * As {@link writeGroupChange} for a change of members only, whatever the group's version is by now: writers of
 * different members do not disturb each other. The version written is one more than the one found.
 */
export async function writeMembersOnly(db: Db, account: string, change: GroupChange, event: RestEvent): Promise<void> {
  await write(db, account, change, event, touchGroup(account, change))
}

async function write(db: Db, account: string, change: GroupChange, event: RestEvent, group: Action): Promise<void> {
  const { before, after } = change
  const members = memberActions(account, change)
  const names = moveName(account, before, after)
  const head = [
    group,
    ...names,
    ...moveLookups(account, before, after),
    ...rename(account, change),
    eventPut(db, event),
  ]
  try {
    await transact(db, [...head, ...members.map(({ action }) => action)], tokenOf(event, change, group))
  } catch (error) {
    if (isOurs(error, change)) return
    throw translate(error, change, names.length, head.length, members)
  }
}

/** A repeated send is recognised by what it would write, not by the request alone: attempts differ. */
const tokenOf = (event: RestEvent, { after, add, remove }: GroupChange, group: Action): string =>
  [event.eventId, after.version, Object.keys(group)[0], add.map(({ userId }) => userId), remove].join('|')

function memberActions(account: string, { after, add, remove }: GroupChange): MemberAction[] {
  return [
    ...add.map((member): MemberAction => {
      return { action: addMember(account, after, member), userId: member.userId, expects: 'absent' }
    }),
    ...remove.map((userId): MemberAction => {
      return { action: removeMember(account, after.id, userId), userId, expects: 'present' }
    }),
  ]
}

/** The memberships of a renamed group are rewritten after the commit; the mark says so to whoever has to finish it. */
function rename(account: string, { before, after }: GroupChange): Action[] {
  if (!isRename({ before, after })) return []
  return [markPending(pendingRenameKey(account, after.id), Date.parse(after.lastModified) + RENAME_MS)]
}

const RENAME_MS = 30_000

/** Whether memberships show a name that this change makes wrong. */
export const isRename = ({ before, after }: Pick<GroupChange, 'before' | 'after'>): boolean =>
  (before.memberCount ?? 0) > 0 && before.attributes.displayName !== after.attributes.displayName

function touchGroup(account: string, { before, after, add, remove }: GroupChange): Action {
  return {
    Update: {
      Key: resourceKey(account, 'Group', after.id),
      UpdateExpression: 'ADD #version :one, memberCount :more SET lastModified = :now, eventId = :event',
      ConditionExpression: '#owner = :owner AND attribute_not_exists(applying) AND #attributes.displayName = :name',
      ExpressionAttributeNames: { '#version': 'version', '#owner': 'owner', '#attributes': 'attributes' },
      ExpressionAttributeValues: {
        ':one': 1,
        ':more': add.length - remove.length,
        ':now': after.lastModified,
        ':event': after.eventId,
        ':owner': before.owner,
        ':name': before.attributes.displayName,
      },
    },
  }
}

/** A repeated send whose first answer was lost finds what it wrote itself. */
const isOurs = (error: unknown, { before, after }: GroupChange): boolean =>
  error instanceof ConditionsFailed &&
  error.failures.get(0)?.eventId === after.eventId &&
  after.eventId !== before.eventId

function translate(error: unknown, change: GroupChange, names: number, head: number, members: MemberAction[]): unknown {
  if (!(error instanceof ConditionsFailed)) return error
  const { failures } = error
  if (failures.has(0)) return new LostRace('The group has changed', { cause: error })
  for (let i = 1; i <= names; i++) if (failures.has(i)) return new NameTaken(change.after.id, { cause: error })
  const failed = (expects: MemberAction['expects']) =>
    new Set(
      members.flatMap((member, i) => (member.expects === expects && failures.has(head + i) ? [member.userId] : [])),
    )
  return new MembersDiffer(failed('absent'), failed('present'))
}

/**
 * Access pattern W4: commits a membership change of any size: the group's new version, its REST event and the change
 * as intents, which every reader overlays from then on. `applyIntents` comes next.
 * @throws {LostRace} {@link NameTaken} {@link ScimError} 413 when it is too large for one commit
 */
export async function commitLargeChange(
  db: Db,
  account: string,
  change: GroupChange,
  event: RestEvent,
  now: Date,
): Promise<void> {
  const { before, after, add, remove } = change
  const names = moveName(account, before, after)
  const intents = commitIntents(account, after, { add, remove }, now)
  const lookups = moveLookups(account, before, after)
  const group = putVersion(account, before, after)
  const head = [group, ...names, ...lookups, ...rename(account, change), eventPut(db, event)]
  try {
    await transact(db, [...head, ...intents], `${event.eventId}|${after.version}|large`)
  } catch (error) {
    if (isOurs(error, change)) return
    throw translate(error, change, names.length, head.length, [])
  }
}

/** Access pattern M3: which of these users are members. Strongly consistent; 1 read unit each, in one round trip. */
export async function listMembersAmong(
  db: Db,
  account: string,
  groupId: string,
  userIds: string[],
): Promise<Set<string>> {
  const named = [...new Set(userIds)].filter((userId) => userId !== '')
  const keys = named.map((userId) => memberKey(account, groupId, userId))
  const items = await batchGet(db, keys, ['sk'])
  return new Set(items.map(({ sk }) => String(sk).slice(MEMBER_PREFIX.length)))
}
