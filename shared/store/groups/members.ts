import type { Db } from '../client.ts'
import { INTENT_PREFIX, MEMBER_PREFIX, memberOfKey, membersKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import { TABLE } from '../table.ts'
import { type Intent, overlay, toIntent } from './intents.ts'
import type { StoredMember } from './member-item.ts'

/** A group a user is in, as the index shows it. */
export interface Membership {
  groupId: string
  groupDisplay: string
  groupOwner: string
}

/**
 * Access pattern M1: the members of a group by user id, changes that are committed but not yet applied included.
 * Strongly consistent; 1 read unit for some 20 members.
 */
export async function listMembers(db: Db, account: string, groupId: string): Promise<Map<string, StoredMember>> {
  const items = await queryAll(db, ofPartition(membersKey(account, groupId)))
  const members = new Map<string, StoredMember>()
  const intents: Intent[] = []
  for (const item of items) {
    const sk = String(item.sk)
    if (sk.startsWith(INTENT_PREFIX)) intents.push(toIntent(item))
    else if (sk.startsWith(MEMBER_PREFIX)) {
      const userId = sk.slice(MEMBER_PREFIX.length)
      members.set(userId, { userId, ...(typeof item.display === 'string' && { display: item.display }) })
    }
  }
  return overlay(members, intents)
}

/** Access pattern M2: the groups of a user, from the index: eventually consistent; 0.5 read units for some 20. */
export async function listMemberships(db: Db, account: string, userId: string): Promise<Membership[]> {
  const items = await queryAll(db, {
    IndexName: TABLE.index.name,
    KeyConditionExpression: `${TABLE.index.partitionKey} = :user`,
    ExpressionAttributeValues: { ':user': memberOfKey(account, userId) },
  })
  return items.map(toMembership)
}

const toMembership = (item: Record<string, unknown>): Membership => ({
  groupId: String(item[TABLE.index.sortKey]),
  groupDisplay: String(item.groupDisplay ?? ''),
  groupOwner: String(item.groupOwner ?? ''),
})
