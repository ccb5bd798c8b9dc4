import { foldName } from '../../scim/fold.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { nameOf } from '../../store/claims.ts'
import { listNamesAround } from '../../store/name-range.ts'
import { getResources } from '../../store/resources.ts'
import type { AdminContext } from '../admin-context.ts'
import type { NearName } from '../views/near-name.ts'
import { byName } from './exact.ts'
import type { ObjectSearch } from './search-input.ts'

const MAX_NEAR = 5

/**
 * For who found nobody: those whose names begin most like `q`, of the five before and the five behind the place where it
 * would stand; of one owner, if one is asked for. Nobody where not even the first letter is the same, or where state or
 * role are asked for too. 2 queries of 1 read unit in one round trip, and 1 for each of at most five objects.
 */
export async function loadNear(
  { db, account }: Pick<AdminContext, 'db' | 'account'>,
  type: ResourceType,
  { q, owner, active, role }: Pick<ObjectSearch, 'q' | 'owner' | 'active' | 'role'>,
): Promise<NearName[]> {
  if (q === '' || active !== undefined || role !== undefined) return []
  const folded = foldName(q)
  const named = await listNamesAround(db, account, type, folded, MAX_NEAR)
  const held = named.filter((one) => one.id !== undefined && (owner === undefined || one.owner === owner))
  const alike = held.map(({ folded: name, id = '' }) => ({ id, same: commonLength(name, folded) }))
  const nearest = alike.filter(({ same }) => same > 0).sort((a, b) => b.same - a.same)
  const ids = [...new Set(nearest.map(({ id }) => id))].slice(0, MAX_NEAR)
  const found = ids.length === 0 ? [] : await getResources(db, account, type, ids)
  return found.sort(byName).map((one) => ({ id: one.id, name: nameOf(one) }))
}

/** How many letters two texts begin with in common. */
function commonLength(one: string, other: string): number {
  const [a, b] = [[...one], [...other]]
  const differs = a.findIndex((letter, i) => letter !== b[i])
  return differs < 0 ? a.length : differs
}
