import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import { putGrantAction } from '../events/grant.ts'
import type { EventTable } from '../events/item.ts'
import type { StoredResource } from '../resource-item.ts'
import { LostRace, putNewResource, putVersion, type VersionWrite } from '../resource-writes.ts'
import { type Actions, ConditionsFailed, MAX_ACTIONS } from '../transaction.ts'
import { touchGroupAction } from './group-item.ts'
import { checkSettledAction } from './heads.ts'
import {
  addMemberAction,
  changeDisplayAction,
  type MemberDelta,
  metMember,
  removeMemberAction,
  type StoredMember,
  toGrants,
} from './member-item.ts'
import { type GroupChange, queueActions } from './queue.ts'

/** What the optimistic write of members found otherwise: add and remove again without these. */
export class MembersDiffer extends Error {
  override readonly name = 'MembersDiffer'
  readonly present: ReadonlyMap<string, StoredMember>
  readonly absent: ReadonlySet<string>
  constructor(present: Map<string, StoredMember>, absent: Set<string>, options: ErrorOptions) {
    super('Members differ from what was expected', options)
    this.present = present
    this.absent = absent
  }
}

/** Room for the group, its event, claims, lookups and the brake's or the account's count beside the members. */
const OTHER_ACTIONS = 9

/** The most members one transaction adds and removes: each takes a membership and a row of the user's history. */
export const MAX_INLINE_MEMBERS = Math.floor((MAX_ACTIONS - OTHER_ACTIONS) / 2)

/** Whether a membership change fits one transaction. */
export const fitsTransaction = ({ add, remove, displays }: MemberDelta): boolean =>
  2 * (add.length + remove.length) + displays.length <= MAX_ACTIONS - OTHER_ACTIONS

/**
 * Access pattern W1 with members: in one transaction, or committed as intents, which every reader overlays from then on
 * and the worker applies. One that is made again, of a later version, must be settled: nothing of it may be left to sweep.
 * @throws {NameTaken} {@link ScimError} 413 when it has too many members for one commit
 */
export async function putNewGroup(
  db: Db,
  account: string,
  group: StoredResource,
  members: MemberDelta,
  event: RestEvent,
): Promise<void> {
  if (fitsTransaction(members)) {
    const settled = checkSettledAction({ account, kind: 'GROUP', id: group.id })
    const further = { ...memberActions(db, group, members, event), ...(group.version > 1 && { settled }) }
    await putNewResource(db, account, group, event, further)
    return
  }
  const queued = { ...group, applying: group.version }
  await putNewResource(db, account, queued, event, queueActions(db, account, group, members, event, 'unused'))
}

/**
 * Access pattern W3: stores a small group change: group, claims, members and REST event in one transaction. Each new
 * member must be new and each removed one a member. That a new member's user is there was read before; one deleted
 * since is marked as such longer than a request lasts, which hides the membership and has it swept (`heads.ts`).
 * @throws {LostRace} {@link NameTaken} {@link MembersDiffer}
 */
export async function writeGroupChange(db: Db, account: string, change: GroupChange, event: RestEvent): Promise<void> {
  await write(db, account, change, event)
}

/**
 * As {@link writeGroupChange} for a change of members only, whatever the group's version is by now: writers of
 * different members do not disturb each other. The version written is one more than the one found, whose event has a
 * turn in its place.
 */
export async function writeMembersOnly(db: Db, account: string, change: GroupChange, event: RestEvent): Promise<void> {
  await write(db, account, change, event, (turn) => touchGroupAction(account, change, turn))
}

async function write(
  db: Db,
  account: string,
  change: GroupChange,
  event: RestEvent,
  touch?: VersionWrite['touch'],
): Promise<void> {
  const { before, after, count, add, remove, displays } = change
  const further = memberActions(db, after, change, event)
  const ids = [add, displays].map((members) => members.map(({ userId }) => userId))
  const attempt = ['', touch && 'touch', ...ids, remove].join('|')
  const write: VersionWrite = { before, after, further, count, attempt, touch }
  try {
    await putVersion(db, account, write, event)
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    throw toDifference(error)
  }
}

const ADD = 'add:'
const REMOVE = 'remove:'
const DISPLAY = 'display:'

/** Adds members who must be none yet, removes some who must be members with the displays they are said to have, and changes displays that must be as read. */
export function memberActions(
  table: EventTable,
  group: StoredResource,
  { add, remove, displays, lost }: MemberDelta,
  event: RestEvent,
): Actions {
  const { account } = event
  const grants = toGrants(group.id, { add, remove })
  return Object.fromEntries([
    ...grants.map((grant) => [`grant:${grant.userId}`, putGrantAction(table, event, grant)]),
    ...add.map((member) => [ADD + member.userId, addMemberAction(account, group.id, member)]),
    ...remove.map((userId) => {
      const member = { userId, display: lost?.get(userId) }
      return [REMOVE + userId, removeMemberAction(account, group.id, member)] as const
    }),
    ...displays.map((change) => [DISPLAY + change.userId, changeDisplayAction(account, group.id, change)]),
  ])
}

/** Who was a member or none otherwise than expected; a display that changed meanwhile is a lost race. */
function toDifference(error: ConditionsFailed): Error {
  const met = (prefix: string) =>
    [...error.failures].flatMap(([name, item]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), item] as const] : [],
    )
  const hasOther = met(REMOVE).some(([, item]) => item !== undefined)
  if (hasOther || met(DISPLAY).length > 0) return new LostRace('', { cause: error })
  const present = met(ADD).map(([userId, item]) => [userId, metMember(userId, item)] as const)
  const absent = met(REMOVE).map(([userId]) => userId)
  return new MembersDiffer(new Map(present), new Set(absent), { cause: error })
}
