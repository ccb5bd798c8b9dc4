import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { INTENT_PREFIX, MEMBER_PREFIX, memberKey, membersKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
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

const byId = (members: StoredMember[]) => new Map(members.map((member) => [member.userId, member]))

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
