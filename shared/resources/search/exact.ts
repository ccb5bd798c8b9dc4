import { foldName } from '../../scim/fold.ts'
import { isResourceId } from '../../scim/resource-id.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { listIdsByLookup, nameOf } from '../../store/claims.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { getResources } from '../../store/resources.ts'
import type { AdminContext } from '../admin-context.ts'

/** An address may be many users': so many are shown before those whose names begin so. */
const MAX_EXACT = 100

/**
 * Whom a text identifies: by id, or by what objects are looked up by, `externalId` and the addresses of users. Those whose
 * names begin with it are left out, since they are found in the order of names. One round trip and one more, 1 read unit
 * each way and 1 for each object.
 */
export async function loadExact(
  { db, account }: Pick<AdminContext, 'db' | 'account'>,
  type: ResourceType,
  q: string,
): Promise<StoredResource[]> {
  const byLookup = await Promise.all(
    type.lookups.map((lookup) => listIdsByLookup(db, account, type, { lookup, value: q })),
  )
  const ids = [...(isResourceId(q) ? [q.toLowerCase()] : []), ...byLookup.flat()].slice(0, MAX_EXACT)
  const found = ids.length === 0 ? [] : await getResources(db, account, type, ids)
  const beginning = foldName(q)
  return found.filter((resource) => !foldName(nameOf(resource)).startsWith(beginning)).sort(byName)
}

/** In the order of names. */
export const byName = (a: StoredResource, b: StoredResource): number => (foldedOf(a) < foldedOf(b) ? -1 : 1)

/** The name of an object as it is compared. */
export const foldedOf = (resource: StoredResource): string => foldName(nameOf(resource))
