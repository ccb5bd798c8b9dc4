import { mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import { historyKey } from '../keys.ts'
import { queryPages } from '../query-all.ts'
import { parseGrant } from './grant.ts'

/** Grants of one user that are looked at, from the latest on, and in one query. */
const MAX_GRANTS = 2000
const PAGE = 200
const PARALLEL = 32

/** ISO 8601: since when. */
type Since = ReadonlyMap<string, string>

/**
 * Access pattern E14: since when a user has each of these roles, as far as the history is kept: from the latest grant of
 * each. Eventually consistent; 0.5 read units for some 25 grants, from the latest on until all are found, 2,000 at most.
 */
export async function listGrantedSince(
  db: Db,
  account: string,
  userId: string,
  groupIds: readonly string[],
): Promise<Since> {
  const open = new Set(groupIds)
  const since = new Map<string, string>()
  let looked = 0
  for await (const page of queryPages(db, latestFirst(account, userId), { limit: MAX_GRANTS, pageLimit: PAGE })) {
    for (const item of page) {
      const grant = Number(item.ttl) * 1000 > db.clock() ? parseGrant(userId, item) : undefined
      if (!grant || !open.delete(grant.groupId)) continue
      if (grant.kind === 'added') since.set(grant.groupId, String(item.sk).slice(0, TIME_LENGTH))
    }
    looked += page.length
    if (open.size === 0 || looked >= MAX_GRANTS) break
  }
  return since
}

/** The same of many users and one role; 0.5 read units for each, as a rule. */
export async function listMembersSince(
  db: Db,
  account: string,
  groupId: string,
  userIds: readonly string[],
): Promise<Since> {
  const found = await mapConcurrently([...userIds], PARALLEL, async (userId) => {
    const at = (await listGrantedSince(db, account, userId, [groupId])).get(groupId)
    return at === undefined ? [] : [[userId, at] as const]
  })
  return new Map(found.flat())
}

const TIME_LENGTH = '2026-08-31T10:00:00.000Z'.length

const latestFirst = (account: string, userId: string) => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': historyKey(account, userId) },
  ScanIndexForward: false,
})
