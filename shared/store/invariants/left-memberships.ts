import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { getHead } from '../groups/heads.ts'
import { listMemberships, toRuns } from '../groups/memberships.ts'
import { memberKey, resourceKey } from '../keys.ts'
import type { Violation } from './violation.ts'

const { Group } = RESOURCE_TYPES

/**
 * Memberships of some users, as the index tells them, in roles that are not there and of which nobody is still taking the
 * members out. 0.5 read units for some 17 memberships, 1 for each role; what looks wrong is read again.
 */
export async function checkLeftMemberships(db: Db, account: string, userIds: readonly string[]): Promise<Violation[]> {
  const groups = await listMemberships(db, account, toRuns(account, userIds))
  const own = userIds.flatMap((user) => (groups.get(user) ?? []).map((group) => ({ user, group })))
  const missing = new Set(await missingOf(db, account, [...new Set(own.map(({ group }) => group))]))
  const suspects = own.filter(({ group }) => missing.has(group))
  const violations: Violation[] = []
  for (const { user, group } of suspects) {
    if (await getHead(db, { account, kind: 'GROUP', id: group })) continue
    if ((await missingOf(db, account, [group])).length === 0) continue
    const stands = (await batchGet(db, [memberKey(account, group, user)])).length > 0
    const message = `User ${user} is a member of role ${group}, which is not there`
    if (stands) violations.push({ invariant: 'membership', type: 'ROLE', id: group, message })
  }
  return violations
}

async function missingOf(db: Db, account: string, ids: readonly string[]): Promise<string[]> {
  const found = await batchGet(
    db,
    ids.map((id) => resourceKey(account, Group, id)),
    ['sk'],
  )
  const there = new Set(found.map(({ sk }) => sk))
  return ids.filter((id) => !there.has(id))
}
