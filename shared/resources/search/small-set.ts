import type { ResourceType } from '../../scim/schema.ts'
import type { Counts } from '../../store/counters.ts'
import { listMembers } from '../../store/groups/members.ts'
import { listOwnedIdsNow } from '../../store/owned.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { getResources } from '../../store/resources.ts'
import type { AdminContext } from '../admin-context.ts'
import type { ObjectSearch } from './search-input.ts'

/** So many objects are read at once where all that may match are known by their ids: at most as many read units. */
export const SMALL_SET = 1000

type Place = Pick<AdminContext, 'db' | 'account'>

/**
 * All that may match, where an index tells who that is and they are few: what a role owns, or the members of a role.
 * Undefined where they are not, or where the beginning of a name leads to fewer.
 */
export async function loadSmallSet(
  place: Place,
  type: ResourceType,
  { q, owner }: ObjectSearch,
  { counts, role }: { counts: Counts; role: StoredResource | undefined },
): Promise<StoredResource[] | undefined> {
  if (q !== '') return undefined
  const owned = owner === undefined ? Number.POSITIVE_INFINITY : counts.own
  const members = role?.memberCount ?? (role ? 0 : Number.POSITIVE_INFINITY)
  if (Math.min(owned, members) > SMALL_SET) return undefined
  const ids =
    owner !== undefined && owned <= members
      ? await listOwned(place, type, owner, counts)
      : await listMemberIds(place, role)
  return getResources(place.db, place.account, type, ids)
}

const listOwned = ({ db, account }: Place, type: ResourceType, owner: string, counts: Counts): Promise<string[]> =>
  listOwnedIdsNow(db, account, type, owner, { limit: 2 * SMALL_SET, counting: Promise.resolve(counts) })

async function listMemberIds({ db, account }: Place, role: StoredResource | undefined): Promise<string[]> {
  return role ? [...(await listMembers(db, account, role.id)).keys()] : []
}
