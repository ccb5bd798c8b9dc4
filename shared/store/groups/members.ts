import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { INTENT_PREFIX, MEMBER_PREFIX, memberKey, membersKey } from '../keys.ts'
import { ofPartition, queryAll, queryBehind, queryPages } from '../query-all.ts'
import { queryBetween } from '../ranges.ts'
import type { StoredResource } from '../resource-item.ts'
import { listIntents, overlay, toIntent } from './intents.ts'
import { type StoredMember, toStoredMember } from './member-item.ts'

/**
 * Access pattern M1: the members of a group by user id, changes that are committed but not yet applied included.
 * Strongly consistent; 1 read unit for some 20 members.
 */
export async function listMembers(db: Db, account: string, groupId: string): Promise<Map<string, StoredMember>> {
  const items = await queryAll(db, ofPartition(membersKey(account, groupId)))
  const beginningWith = (prefix: string) => items.filter(({ sk }) => String(sk).startsWith(prefix))
  const members = beginningWith(MEMBER_PREFIX).map(toStoredMember)
  return overlay(byId(members), beginningWith(INTENT_PREFIX).map(toIntent))
}

/** Most members of a page, which ends at 1 MB too: a few of its copies are in memory at once. */
const PAGE_MEMBERS = 2000

/**
 * Access pattern M7: the same for groups of any size, a page at a time and each member once; no more is read of a
 * membership than is shown. Changes that were open when the group was read are known before the first page, and overlaid
 * on each; of what is committed since, a page shows what is in the table when it is read.
 */
export async function* listMemberPages(
  db: Db,
  account: string,
  group: Pick<StoredResource, 'id' | 'applying'>,
): AsyncGenerator<StoredMember[]> {
  const partition = membersKey(account, group.id)
  const open = group.applying === undefined ? [] : await queryAll(db, ofPartition(partition, INTENT_PREFIX))
  const intents = open.map(toIntent)
  const added = overlay(new Map(), intents)
  const shown = { ProjectionExpression: 'sk, #display', ExpressionAttributeNames: { '#display': 'display' } }
  const query = { ...ofPartition(partition, MEMBER_PREFIX), ...shown }
  for await (const items of queryPages(db, query, { pageLimit: PAGE_MEMBERS })) {
    const stored = items.map(toStoredMember)
    const current = overlay(byId(stored), intents)
    for (const { userId } of stored) added.delete(userId)
    yield stored.flatMap(({ userId }) => current.get(userId) ?? [])
  }
  yield [...added.values()]
}

const byId = (members: StoredMember[]) => new Map(members.map((member) => [member.userId, member]))

/** What is asked of a group besides its id: how many members it has, and whether changes of them are queued. */
type OfMembers = Pick<StoredResource, 'id' | 'memberCount' | 'applying'>

/**
 * Access pattern M10: members behind a user id, in the order of ids, open intents overlaid, and where to go on. One round
 * trip and one more where changes are queued; strongly consistent; 1 read unit for some 20 members.
 */
export async function listMembersBehind(
  db: Db,
  account: string,
  group: Pick<StoredResource, 'id' | 'applying'>,
  { after = '', limit }: { after?: string | undefined; limit: number },
): Promise<{ members: StoredMember[]; reached: string | undefined }> {
  const intents = group.applying === undefined ? [] : await listIntents(db, account, group.id)
  const range = { prefix: MEMBER_PREFIX, limit, ...(after !== '' && { after: memberKey(account, group.id, after).sk }) }
  const { items, reached: end } = await queryBehind(db, membersKey(account, group.id), range)
  const reached = end?.slice(MEMBER_PREFIX.length)
  const current = [...overlay(byId(items.map(toStoredMember)), intents).values()]
  // Who is added meanwhile stands on the page of its id, wherever the stored ones end.
  const here = current.filter(({ userId }) => userId > after && (reached === undefined || userId <= reached))
  return { members: here.sort((a, b) => (a.userId < b.userId ? -1 : 1)), reached }
}

/** Memberships that one read unit of a range holds. */
const PER_UNIT = 19

/**
 * Access pattern M3: those of these users who are members, open intents included. Strongly consistent, in one round trip
 * and one more where changes are queued; 1 read unit each, or the range between them where that is cheaper.
 */
export async function listMembersAmong(
  db: Db,
  account: string,
  group: OfMembers,
  userIds: Iterable<string>,
): Promise<Map<string, StoredMember>> {
  const named = [...new Set(userIds)].filter((userId) => userId !== '')
  if (!group.memberCount && group.applying === undefined) return new Map()
  // Read before the members: applied meanwhile they are overlaid to no effect, but not seen they would be missing.
  const intents = group.applying === undefined ? [] : await listIntents(db, account, group.id)
  const keys = named.map((userId) => memberKey(account, group.id, userId))
  const isRange = (group.memberCount ?? 0) / PER_UNIT < named.length
  const partition = { keys: ['pk', 'sk'], partition: membersKey(account, group.id), consistent: true } as const
  const sortKeys = keys.map(({ sk }) => sk)
  const items = await (isRange ? queryBetween(db, partition, sortKeys) : batchGet(db, keys, ['sk', 'display']))
  const members = overlay(byId(items.map(toStoredMember)), intents)
  return byId(named.flatMap((userId) => members.get(userId) ?? []))
}

/**
 * Access pattern M9: a few users as members, as far as they are stored. Strongly consistent; 1 RT, 1 read unit each,
 * members or not.
 */
export async function getMembers(db: Db, account: string, groupId: string, userIds: Iterable<string>) {
  const keys = [...new Set(userIds)].map((userId) => memberKey(account, groupId, userId))
  return byId((await batchGet(db, keys, ['sk', 'display'])).map(toStoredMember))
}

/** Access pattern M5: some of the members, `limit` at most, open intents included. */
export async function listSomeMembers(
  db: Db,
  account: string,
  group: OfMembers,
  limit: number,
): Promise<StoredMember[]> {
  const intents = group.applying === undefined ? [] : await listIntents(db, account, group.id)
  const leaving = intents.reduce((sum, { remove }) => sum + remove.length, 0)
  const stored = await listStoredMembers(db, account, group.id, limit + leaving)
  return [...overlay(byId(stored), intents).values()].slice(0, limit)
}

/** Access pattern M6: the first memberships of a group as they are stored. */
export async function listStoredMembers(db: Db, account: string, groupId: string, limit: number) {
  return (await queryAll(db, ofPartition(membersKey(account, groupId), MEMBER_PREFIX), limit)).map(toStoredMember)
}
