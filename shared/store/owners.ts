import type { ResourceType } from '../scim/schema.ts'
import { batchGet } from './batch.ts'
import type { Db } from './client.ts'
import { countResources } from './counters.ts'
import { ownedKey, resourceKey } from './keys.ts'
import { queryBetween } from './ranges.ts'
import { TABLE } from './table.ts'

/** Up to so many are read consistently at once. */
const MAX_SMALL = 100
/** From here on the index is asked first, where that is cheaper. */
const MIN_INDEXED = 1000
/** Entries of the index that cost as much as one item, both read eventually consistent. */
const ENTRIES_PER_ITEM = 24

/**
 * Access pattern R10: the owners of those of many objects that are there. Few are read consistently, 1 unit each. Of many
 * those that `role` owns are looked up in the index first, some 48 for a unit, where that is cheaper; the others cost
 * half a unit, and who is not found by then, 1 more. So who was deleted a moment ago may still be found among many.
 */
export async function listOwners(
  db: Db,
  account: string,
  type: ResourceType,
  ids: Iterable<string>,
  role: string,
): Promise<Map<string, string>> {
  const named = [...new Set(ids)]
  const owners = new Map<string, string>()
  const addItems = async (consistent: boolean) => {
    const keys = named.filter((id) => !owners.has(id)).map((id) => resourceKey(account, type, id))
    for (const { sk, owner } of await batchGet(db, keys, ['sk', 'owner'], consistent)) {
      if (typeof owner === 'string') owners.set(String(sk), owner)
    }
  }
  if (named.length > MIN_INDEXED) for (const id of await listOwned(db, account, type, named, role)) owners.set(id, role)
  if (named.length > MAX_SMALL) await addItems(false)
  await addItems(true)
  return owners
}

/** Those of the named that the role owns, by the index; none where so many are its own that reading them is cheaper. */
async function listOwned(db: Db, account: string, type: ResourceType, named: string[], role: string) {
  const owned = await countResources(db, account, type, role)
  if (owned > named.length * ENTRIES_PER_ITEM) return []
  const { name: index, partitionKey, sortKey } = TABLE.index
  const keys = [partitionKey, sortKey] as const
  const query = { index, keys, partition: ownedKey(account, role, type), consistent: false }
  const wanted = new Set(named)
  const entries = await queryBetween(db, query, named)
  return entries.map((entry) => String(entry[sortKey])).filter((id) => wanted.has(id))
}
