import type { ResourceType } from '../scim/schema.ts'
import { chunks, mapConcurrently } from './batch.ts'
import type { Db } from './client.ts'
import type { Counts } from './counters.ts'
import { ownedKey } from './keys.ts'
import { listMovedIds } from './moved.ts'
import { beforeIdsOf } from './new-id.ts'
import { queryAll } from './query-all.ts'
import type { StoredResource } from './resource-item.ts'
import { getResources, type PageRange, type Passed, passResources } from './resources.ts'
import { TABLE } from './table.ts'

/** Ids whose resources are looked for together, and how many such parts at once. */
const PART = 200
const PARALLEL = 8
/** Passing four resources to find one costs as much as reading that one by its id: 1 KB each, in units of 4 KB. */
const WORTH_PASSING = 1 / 4

/** How far the index may lag. */
const INDEX_LAG_MS = 2000
/** How long a request may take, and all of a Bulk: an id is of the time its request began, not of the write. */
const LONGEST_REQUEST_MS = 15_000
/** Objects with ids of so long ago may be looked for in the collection too; as many are passed at once. */
const LATEST_MS = INDEX_LAG_MS + LONGEST_REQUEST_MS
const PASSED_AT_ONCE = 1000

/** How the objects of one role are found: among everybody's, or by the owner's index. */
export type Way = 'collection' | 'index'

/** A page of what a role owns; objects have ids of the time of their requests, as `now` is of this one. */
interface OwnedRange extends PageRange {
  now: Date
  /** What the role owns, counted no earlier than this request began. */
  counting: Promise<Pick<Counts, 'own' | 'movedAt'>>
}

/** Part of a collection, in order of id. */
export interface Owned {
  resources: StoredResource[]
  /** Whether at least half of what stands between the first and the last are these. */
  isRun: boolean
}

/** Access pattern R7: ids of what a role owns, from the index: eventually consistent; 0.5 read units for some 27. */
export async function listOwnedIds(db: Db, account: string, type: ResourceType, owner: string, page: PageRange) {
  const { name, partitionKey, sortKey } = TABLE.index
  const { after, limit } = page
  const items = await queryAll(
    db,
    {
      IndexName: name,
      ProjectionExpression: sortKey,
      KeyConditionExpression: `${partitionKey} = :owned${after === undefined ? '' : ` AND ${sortKey} > :after`}`,
      ExpressionAttributeValues: {
        ':owned': ownedKey(account, owner, type),
        ...(after !== undefined && { ':after': after }),
      },
    },
    limit,
  )
  return items.map((item) => String(item[sortKey]))
}

/** As {@link listOwnedIds}, with those that came to the role so lately that the index may not tell it. */
export async function listOwnedIdsNow(
  db: Db,
  account: string,
  type: ResourceType,
  owner: string,
  { counting, ...page }: PageRange & Pick<OwnedRange, 'counting'>,
): Promise<string[]> {
  const [indexed, moved] = await Promise.all([
    listOwnedIds(db, account, type, owner, page),
    counting.then(({ movedAt }) => listLately(db, account, type, owner, movedAt)),
  ])
  const { after = '', limit } = page
  const end = indexed.length === limit ? indexed.at(-1) : undefined
  const between = moved.filter((id) => id > after && (end === undefined || id < end))
  return between.length === 0 ? indexed : [...new Set([...indexed, ...between])].sort().slice(0, limit)
}

/** Nothing is read where nothing came to the role within the time that the index and a transaction may take. */
async function listLately(db: Db, account: string, type: ResourceType, owner: string, movedAt: number) {
  const since = db.clock() - LATEST_MS
  return movedAt < since ? [] : listMovedIds(db, account, type, owner, since)
}

/**
 * Access pattern R8: a page of what a role owns. Among everybody's it is strongly consistent, at 1 read unit per 4 KB
 * passed; where more than half of that is others', it goes on by the index, and what the index may not tell yet is read
 * beside it: then objects that are neighbours cost as much, others up to 1.25 read units each
 * (docs/decisions/0023-owner-index.md).
 */
export async function listOwnedPage(
  db: Db,
  account: string,
  type: ResourceType,
  owner: string,
  { after, limit, ...known }: OwnedRange,
  way: Way,
): Promise<Owned> {
  const found: StoredResource[] = []
  let [place, by, isRun] = [after, way, true]
  do {
    const wanted = { after: place, limit: limit - found.length, ...known }
    const part = await (by === 'index'
      ? listByIndex(db, account, type, owner, wanted)
      : passResources(db, account, type, { ...wanted, owner }).then(toOwned))
    found.push(...part.resources)
    isRun &&= part.isRun
    if (!isRun) by = 'index'
    place = part.reached
  } while (place !== undefined && found.length < limit)
  return { resources: found.slice(0, limit), isRun }
}

const toOwned = ({ resources, items, reached }: Passed) => ({
  resources,
  reached,
  isRun: resources.length * 2 >= items,
})

async function listByIndex(db: Db, account: string, type: ResourceType, owner: string, page: OwnedRange) {
  const ids = await listOwnedIdsNow(db, account, type, owner, page)
  const parts = await mapConcurrently(chunks(ids, PART), PARALLEL, (part) => loadPart(db, account, type, owner, part))
  const known = parts.flatMap(({ resources }) => resources)
  const reached = ids.length === page.limit ? ids.at(-1) : undefined
  const latest = await listLatest(db, account, type, owner, page, { known, reached })
  return { resources: inOrder([...known, ...latest]), isRun: parts.every((part) => part.isRun), reached }
}

/**
 * What the role made lately and the index does not tell yet, up to where a page ends. Nothing is read where the page
 * ends before that time, or holds as many older objects as the role owns; else a quarter of a unit for each object that
 * anybody made in that time, of which a partition takes some 400 a second.
 */
async function listLatest(
  db: Db,
  account: string,
  type: ResourceType,
  owner: string,
  { after = '', now, counting }: OwnedRange,
  { known, reached }: { known: StoredResource[]; reached: string | undefined },
): Promise<StoredResource[]> {
  const begin = beforeIdsOf(now.getTime() - LATEST_MS)
  const isInside = (id: string) => reached === undefined || id < reached
  if (!isInside(begin)) return []
  if (after === '' && reached === undefined && known.filter(({ id }) => id < begin).length === (await counting).own)
    return []
  const latest: StoredResource[] = []
  let place: string | undefined = after > begin ? after : begin
  while (place !== undefined && isInside(place)) {
    const passed = await passResources(db, account, type, { after: place, limit: PASSED_AT_ONCE, owner })
    latest.push(...passed.resources)
    place = passed.reached
  }
  const shown = new Set(known.map(({ id }) => id))
  return latest.filter(({ id }) => isInside(id) && !shown.has(id))
}

/**
 * The resources of ids, in order: passing along the collection as long as that is worth it, the rest one by one. What
 * a role owns between them and the index does not tell yet is there too.
 */
async function loadPart(
  db: Db,
  account: string,
  type: ResourceType,
  owner: string,
  ids: string[],
  share = 1,
): Promise<Owned> {
  const between = [ids[0] ?? '', ids.at(-1) ?? ''] as const
  const limit = Math.ceil(ids.length / share)
  const passed = await passResources(db, account, type, { between, limit, owner })
  const { resources, items, reached } = passed
  const rest = reached === undefined ? [] : ids.filter((id) => id > reached)
  const found = resources.length / Math.max(1, items)
  if (rest.length === 0) return toOwned(passed)
  const further =
    found >= WORTH_PASSING
      ? await loadPart(db, account, type, owner, rest, found)
      : { resources: await getOwned(db, account, type, owner, rest), isRun: false }
  return { resources: [...resources, ...further.resources], isRun: found >= 1 / 2 && further.isRun }
}

const inOrder = (resources: StoredResource[]) => resources.sort((a, b) => (a.id < b.id ? -1 : 1))

async function getOwned(db: Db, account: string, type: ResourceType, owner: string, ids: string[]) {
  const found = await getResources(db, account, type, ids)
  return inOrder(found.filter((resource) => resource.owner === owner))
}
