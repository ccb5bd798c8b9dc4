import { RESOURCE_TYPES } from '../scim/resource-types.ts'
import type { Db } from '../store/client.ts'
import { countResources } from '../store/counters.ts'
import type { OwnedCounts } from './say-owned.ts'

/** What a role owns, or all that an account has. Consistent; 2 queries of at most 3 read units. */
export async function countOwned(db: Db, account: string, role?: string): Promise<OwnedCounts> {
  const [users, roles] = await Promise.all(
    [RESOURCE_TYPES.User, RESOURCE_TYPES.Group].map((type) => countResources(db, account, type, role)),
  )
  return { users: users ?? 0, roles: roles ?? 0 }
}
