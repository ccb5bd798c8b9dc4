import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { INTENT_PREFIX, MEMBER_PREFIX, memberKey, memberOfKey, memberOfPrefix, membersKey } from '../keys.ts'
import { ofPartition, queryAll, queryPages } from '../query-all.ts'
import type { StoredResource } from '../resource-item.ts'
import { TABLE } from '../table.ts'
import { overlay, toIntent } from './intents.ts'
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
 * Access pattern M4: the same for groups of any size, a page at a time and each member once; no more is read of a
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

/** Access pattern M2: the groups of a user, from the index: eventually consistent; 0.5 read units for some 20. */
export async function listGroupIds(db: Db, account: string, userId: string): Promise<string[]> {
  const { name, partitionKey, sortKey } = TABLE.index
  const prefix = memberOfPrefix(userId)
  const items = await queryAll(db, {
    IndexName: name,
    KeyConditionExpression: `${partitionKey} = :neighbours AND begins_with(${sortKey}, :user)`,
    ExpressionAttributeValues: { ':neighbours': memberOfKey(account, userId), ':user': prefix },
  })
  return items.map((item) => String(item[sortKey]).slice(prefix.length))
}

/** Access pattern M3: those of these users who are members. Strongly consistent; 1 read unit each, in one round trip. */
export async function listMembersAmong(
  db: Db,
  account: string,
  groupId: string,
  userIds: string[],
): Promise<Map<string, StoredMember>> {
  const named = [...new Set(userIds)].filter((userId) => userId !== '')
  const keys = named.map((userId) => memberKey(account, groupId, userId))
  const members = (await batchGet(db, keys, ['sk', 'display'])).map(toStoredMember)
  return byId(members)
}
