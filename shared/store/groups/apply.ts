import { batchWrite, memberUnits, type WriteRequest } from '../batch-write.ts'
import type { Db } from '../client.ts'
import { toGrantItem } from '../events/grant.ts'
import { memberKey, membersKey } from '../keys.ts'
import type { Pace } from '../pace.ts'
import type { EventRef, GroupHead } from './heads.ts'
import { type Intent, membersPut } from './intents.ts'
import { putLeftMembers } from './kept-members.ts'
import { toGrants, toMemberItem } from './member-item.ts'
import { listStoredMembers } from './members.ts'

/** How far a slice of work may go. */
export interface Limits {
  pace: Pace
  /** Epoch ms by the table's clock. */
  until: number
  /** Ends the slice before its time, once what is under way is applied. */
  stop?: AbortSignal | undefined
}

/**
 * Intents that are applied together: what is small must not wait for a call each, and what DynamoDB takes more than a
 * second for must not wait for each other; an intent is taken away by one action, or two where it is kept. One alone is some 1,300 units at most, by its members and bytes.
 */
const MAX_TOGETHER = { units: 1000, actions: 80 }
/** Memberships of a deleted group that are taken away together. */
const MAX_SWEPT = 500

/** The first of these intents, in order, that are applied together. */
export function firstBatch(intents: Intent[]): Intent[] {
  let units = 0
  let actions = 0
  const end = intents.findIndex((intent, i) => {
    units += membershipUnits(intent)
    actions += intent.isKept ? 2 : 1
    return i > 0 && (units > MAX_TOGETHER.units || actions > MAX_TOGETHER.actions)
  })
  return end === -1 ? intents : intents.slice(0, end)
}

const membershipUnits = (intent: Intent): number =>
  membersPut(intent).reduce((sum, { display }) => sum + memberUnits(display), intent.remove.length)

/** Write units that taking these intents away costs the group's partition, about. */
export const intentUnits = (intents: Intent[]): number =>
  intents.reduce((sum, intent) => {
    const displays = membersPut(intent).reduce((bytes, { display = '' }) => bytes + Buffer.byteLength(display), 0)
    return sum + 2 * Math.ceil((300 + 16 * membersOf(intent) + displays) / 1024)
  }, 0)

const membersOf = ({ add, remove, displays }: Intent): number => add.length + remove.length + displays.length

/**
 * Writes memberships and histories as the intents say, in whatever order they arrive: of each user the last one counts,
 * and written again it is the same. Users who are `gone` become members no more. False where the time was over before.
 */
export function applyIntents(
  db: Db,
  { account, id }: GroupHead,
  intents: Intent[],
  gone: ReadonlySet<string>,
  limits: Limits,
): Promise<boolean> {
  const memberships = new Map<string, WriteRequest>()
  for (const intent of intents) {
    for (const userId of intent.remove)
      memberships.set(userId, { DeleteRequest: { Key: memberKey(account, id, userId) } })
    for (const member of membersPut(intent))
      if (!gone.has(member.userId))
        memberships.set(member.userId, { PutRequest: { Item: toMemberItem(account, id, member) } })
  }
  const grants = intents.flatMap(({ cause, ...delta }) =>
    toGrants(id, delta).map((grant) => ({ PutRequest: { Item: toGrantItem(db, { account, ...cause }, grant) } })),
  )
  const requests = interleave([...memberships.values()], grants)
  return batchWrite(db, requests, { ...limits, partition: membersKey(account, id) })
}

/** So that each batch takes about as much of the group's partition as the others. */
function interleave<T>(a: T[], b: T[]): T[] {
  const longer = Math.max(a.length, b.length)
  return Array.from({ length: longer }, (_, i) => [...a.slice(i, i + 1), ...b.slice(i, i + 1)]).flat()
}

/**
 * Takes away memberships of a deleted group, after they are kept beside its event and in the histories of these members:
 * whoever goes on finds those whose membership is still there.
 */
export async function sweepMembers(
  db: Db,
  head: GroupHead,
  deleted: EventRef,
  limits: Limits,
): Promise<'swept' | 'more' | 'timeout'> {
  const { account, id } = head
  const members = await listStoredMembers(db, account, id, MAX_SWEPT)
  if (members.length === 0) return 'swept'
  const ids = members.map(({ userId }) => userId)
  const cause = { account, ...deleted }
  await putLeftMembers(db, head, cause, members)
  const grants = toGrants(id, { add: [], remove: ids })
  const puts = grants.map((grant) => ({ PutRequest: { Item: toGrantItem(db, cause, grant) } }))
  const deletes = ids.map((userId) => ({ DeleteRequest: { Key: memberKey(account, id, userId) } }))
  const options = { ...limits, partition: membersKey(account, id) }
  const isDone = (await batchWrite(db, puts, options)) && (await batchWrite(db, deletes, options))
  return isDone ? 'more' : 'timeout'
}
