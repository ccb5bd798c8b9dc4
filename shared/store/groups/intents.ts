import { tooLarge } from '../../scim/error.ts'
import { batchWrite, type WriteRequest } from '../batch.ts'
import type { Db } from '../client.ts'
import { type Cause, toGrantItem } from '../events/grant.ts'
import { INTENT_PREFIX, intentKey, memberKey, membersKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import type { StoredResource } from '../resource-item.ts'
import type { Actions } from '../transaction.ts'
import { endApplying } from './group-item.ts'
import { type DisplayChange, type StoredMember, toGrants, toMemberItem } from './member-item.ts'
import { deletePending, markPendingAction } from './pending.ts'

/** Part of a large membership change: committed with the group's new version, applied afterwards. */
export interface Intent extends Delta {
  version: number
  /** The event of the change. */
  cause: Pick<Cause, 'time' | 'eventId'>
}

interface Delta {
  add: StoredMember[]
  remove: string[]
  displays: DisplayChange[]
}

/** So long a change is its writer's to apply; from then on whoever meets the intents finishes them. */
export const INTENT_TIME_LIMIT_MS = 30_000
/** A writer stops before others may take over. */
const APPLY_MS = INTENT_TIME_LIMIT_MS - 5_000
/** DynamoDB ends items at 400 KB and transactions at 4 MB. */
const MAX_INTENT_BYTES = 340_000
const MAX_INTENTS = 11

/**
 * The actions that commit a large change: readers overlay it from then on.
 * @throws {ScimError} 413 when it does not fit into one transaction.
 */
export function commitIntentActions(
  db: Db,
  { account, time, eventId }: Cause,
  group: StoredResource,
  change: Delta,
  now: Date,
): Actions {
  const parts = splitChange(change)
  if (parts.length > MAX_INTENTS) {
    const members = change.add.length + change.remove.length + change.displays.length
    throw tooLarge(`Cannot change ${members} members of one group in one request: send at most 50,000 at a time`)
  }
  const { version, id } = group
  const puts = parts.map((part, n) => {
    const Item = { ...intentKey(account, id, version, n), version, cause: { time, eventId }, ...part }
    return [`intent:${n}`, { Put: { Item } }]
  })
  const due = now.getTime() + INTENT_TIME_LIMIT_MS
  return { ...Object.fromEntries(puts), applying: markPendingAction(db, account, { kind: 'CHANGE', id, due }) }
}

/** Cuts a change into parts that each fit one item. */
function splitChange({ add, remove, displays }: Delta): Delta[] {
  const nothing = (): Delta => ({ add: [], remove: [], displays: [] })
  const parts = [nothing()]
  let bytes = 0
  const partFor = (member: StoredMember | DisplayChange | string) => {
    bytes += Buffer.byteLength(JSON.stringify(member)) + 20
    if (bytes > MAX_INTENT_BYTES) {
      parts.push(nothing())
      bytes = 0
    }
    return parts.at(-1) as Delta
  }
  for (const member of add) partFor(member).add.push(member)
  for (const userId of remove) partFor(userId).remove.push(userId)
  for (const change of displays) partFor(change).displays.push(change)
  return parts
}

export function toIntent(item: Record<string, unknown>): Intent {
  const { version, cause, add, remove, displays } = item
  return {
    version: Number(version),
    cause: cause as Intent['cause'],
    add: (add ?? []) as StoredMember[],
    remove: (remove ?? []) as string[],
    displays: (displays ?? []) as DisplayChange[],
  }
}

/** The members that an intent puts: those it adds, and those it gives another display. */
const membersPut = ({ add, displays }: Intent): StoredMember[] => [
  ...add,
  ...displays.map(({ userId, after }) => ({ userId, display: after })),
]

/** The members as they are once the intents are applied. */
export function overlay(members: Map<string, StoredMember>, intents: Intent[]): Map<string, StoredMember> {
  for (const intent of intents) {
    for (const userId of intent.remove) members.delete(userId)
    for (const member of membersPut(intent)) members.set(member.userId, member)
  }
  return members
}

/**
 * Applies the group's committed intents to its membership items, one after the other, and closes them. Idempotent, and
 * whoever goes on after a failure begins where it failed; every write stops before others may take over, so that no
 * late one undoes somebody else's change.
 */
export async function applyIntents(db: Db, account: string, group: StoredResource): Promise<void> {
  const deadline = db.clock() + APPLY_MS
  const items = await queryAll(db, ofPartition(membersKey(account, group.id), INTENT_PREFIX))
  for (const item of items) {
    await applyIntent(db, account, group, toIntent(item), deadline)
    await batchWrite(db, [{ DeleteRequest: { Key: { pk: item.pk, sk: item.sk } } }], deadline)
  }
  await endApplying(db, account, group)
  await deletePending(db, account, { kind: 'CHANGE', id: group.id })
}

/** Histories are written beside the memberships: the intent stays until both are, and writing them again is the same. */
async function applyIntent(db: Db, account: string, group: StoredResource, intent: Intent, deadline: number) {
  const cause = { account, ...intent.cause }
  const requests: WriteRequest[] = [
    ...toGrants(group.id, intent).map((grant) => ({ PutRequest: { Item: toGrantItem(db, cause, grant) } })),
    ...membersPut(intent).map((member) => ({ PutRequest: { Item: toMemberItem(account, group.id, member) } })),
    ...intent.remove.map((userId) => ({ DeleteRequest: { Key: memberKey(account, group.id, userId) } })),
  ]
  await batchWrite(db, requests, deadline)
}
