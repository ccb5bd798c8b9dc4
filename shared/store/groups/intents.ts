import type { Db } from '../client.ts'
import { INTENT_PREFIX, intentKey, membersKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import type { Action, Actions } from '../transaction.ts'
import type { EventRef } from './heads.ts'
import type { MemberDelta, StoredMember } from './member-item.ts'
import { packDelta, unpackDelta } from './packed-delta.ts'

/** Part of a change of members: committed with the group's new version, applied by the worker. Only what really changes. */
export interface Intent extends MemberDelta {
  version: number
  /** Counts the parts of one change, from 0. */
  n: number
  /** Epoch ms of the commit. */
  at: number
  /** The event of the change. */
  cause: EventRef
  /** Whether a deleted user leaves, which takes nobody's room in the queue. */
  isLoss?: boolean
  /** Whether it is to be kept beside its event once it is applied, since the event has no room for it. */
  isKept?: boolean
}

/** What all parts of one change have in common. */
export type Commit = Pick<Intent, 'version' | 'at' | 'cause' | 'isKept'>

/** The actions that commit intents: readers overlay them from then on. */
export const putIntentActions = (account: string, groupId: string, intents: Intent[]): Actions =>
  Object.fromEntries(
    intents.map((intent) => [`intent:${intent.n}`, { Put: { Item: toIntentItem(account, groupId, intent) } }]),
  )

export const deleteIntentAction = (account: string, groupId: string, { version, n }: Intent): Action => ({
  Delete: { Key: intentKey(account, groupId, version, n) },
})

/** Access pattern M4: the first open intents of a group, in order. Strongly consistent; some 4 read units each. */
export async function listIntents(db: Db, account: string, groupId: string, limit?: number): Promise<Intent[]> {
  return (await queryAll(db, ofPartition(membersKey(account, groupId), INTENT_PREFIX), limit)).map(toIntent)
}

function toIntentItem(account: string, groupId: string, { add, remove, displays, lost, ...intent }: Intent) {
  const delta = { add, remove, displays, lost }
  return { ...intentKey(account, groupId, intent.version, intent.n), ...intent, ...packDelta(delta, intent.isKept) }
}

export function toIntent(item: Record<string, unknown>): Intent {
  const { version, n, at, cause, isLoss, isKept } = item
  return {
    ...{ version: Number(version), n: Number(n), at: Number(at), cause: cause as EventRef },
    ...(isLoss === true && { isLoss }),
    ...(isKept === true && { isKept }),
    ...unpackDelta(item),
  }
}

/** The members that an intent puts: those it adds, and those it gives another display. */
export const membersPut = ({ add, displays }: MemberDelta): StoredMember[] => [
  ...add,
  ...displays.map(({ userId, after }) => ({ userId, display: after })),
]

/** The members as they are once the changes are made, in order. */
export function overlay(
  members: Map<string, StoredMember>,
  changes: readonly MemberDelta[],
): Map<string, StoredMember> {
  for (const change of changes) {
    for (const userId of change.remove) members.delete(userId)
    for (const member of membersPut(change)) members.set(member.userId, member)
  }
  return members
}
