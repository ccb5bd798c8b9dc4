import { matchesFilter } from '../scim/filter/match.ts'
import { type AccessPath, isExact, planFilter } from '../scim/filter/plan.ts'
import { MAX_SCANNED_RESOURCES } from '../scim/limits.ts'
import type { Projection } from '../scim/project.ts'
import type { ScimResource } from '../scim/schema.ts'
import { mapConcurrently } from '../store/batch.ts'
import { getIdByName, listIdsByLookup } from '../store/claims.ts'
import type { Owned } from '../store/owned.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResource, getResources } from '../store/resources.ts'
import { ownerSeen, sees } from './access.ts'
import type { ScimContext } from './context.ts'
import { derivedFor } from './derived-filter.ts'
import type { ListQuery } from './list-query.ts'
import { listNamed } from './named.ts'
import { type DerivedOf, loadDerived, toRepresentation } from './present.ts'
import { checkBound } from './scan-bound.ts'
import { listSeen, type Seen, seenBy, totalOf } from './seen.ts'
import type { Kind } from './special.ts'

/** A resource that matches, as stored and as clients see it (without its derived attribute). */
export interface Match {
  stored: StoredResource
  resource: ScimResource
  /** The derived attribute that the answer shows, where it was begun to be read beside the resource. */
  derived: DerivedOf | undefined
  /** Its place among those passed, where all of these stand next to each other. */
  at: number | undefined
}

/** A query of one type on its way: what is known before any object is read. */
export interface Search {
  kind: Kind
  query: Pick<ListQuery, 'filter' | 'projection'>
  path: AccessPath
  /** What a scan passes; without it `ids` lead to all that can match. */
  seen: Seen | undefined
  ids: readonly string[]
}

const SCAN = { by: 'scan' } as const
const PARALLEL = 32
/** Up to so many resources found by key have their groups read in the same round trip. */
const MAX_EARLY = 10

/**
 * Looks for what a filter matches among the objects the caller sees: by the cheapest access path (`planFilter`), without
 * an index by a scan, which the count refuses before anything is read.
 * @throws {ScimError} 400 tooMany where more than MAX_SCANNED_RESOURCES would have to be examined.
 */
export async function beginSearch(context: ScimContext, kind: Kind, query: Search['query']): Promise<Search> {
  const path = query.filter ? planFilter(query.filter, kind.type) : SCAN
  const ids = await findIds(context, kind, path)
  if (ids) return { kind, query, path, seen: undefined, ids }
  const seen = seenBy(context, kind.type)
  checkBound(kind.type, await totalOf(seen))
  return { kind, query, path: SCAN, seen, ids: [] }
}

/** Reads them. @throws {ScimError} 400 tooMany past the bound: a list is never silently incomplete. */
export async function loadMatches(context: ScimContext, search: Search): Promise<Match[]> {
  const { kind, query, path, seen, ids } = search
  const { filter, projection } = query
  const reading = seen ? scan(context, seen) : loadAll(context, kind, ids)
  const early = seen ? undefined : loadEarly(context, kind, ids, projection, reading)
  const { resources, isRun } = await reading
  const visible = resources.filter(({ owner }) => sees(context.principal, kind.type, owner))
  const derivedOf = filter && derivedFor(context, kind, filter, visible, isRun)
  const placed = visible.map((stored, at) => ({ stored, at: isRun ? at : undefined }))
  const matches = await mapConcurrently(placed, PARALLEL, async ({ stored, at }) => {
    const match = { stored, resource: toRepresentation(context, stored), derived: early, at }
    if (!filter || isExact(path, filter)) return match
    const derived = await derivedOf?.(stored.id)
    const whole = derived ? toRepresentation(context, stored, derived) : match.resource
    return matchesFilter(filter, whole) ? match : undefined
  })
  return matches.filter((match) => match !== undefined)
}

/**
 * The ids of all that match, where no filter need look at the objects and they are many: the claims of names tell who
 * owns them, and of groups with a member the index does.
 */
export async function findIdsAlone(context: ScimContext, search: Search): Promise<readonly string[] | undefined> {
  const { kind, query, path, ids } = search
  if (!query.filter || !isExact(path, query.filter) || ids.length <= MAX_EARLY) return undefined
  if (path.by === 'member') return kind.special.derived?.amongVisible?.(context, ids)
  return path.by === 'namePrefix' ? ids : undefined
}

function loadEarly(
  context: ScimContext,
  kind: Kind,
  ids: readonly string[],
  projection: Projection,
  reading: Promise<Owned>,
): DerivedOf | undefined {
  // What may be too much to hold is read between two looks at its resource.
  if (ids.length > MAX_EARLY || kind.special.derived?.loadWhole) return undefined
  const page = { ids, isRun: false, reading: async () => (await reading).resources }
  const derivedOf = loadDerived(context, kind, page, projection)
  const reads = new Map(ids.map((id) => [id, derivedOf(id)]))
  // Who turns out not to match is not waited for; a failure among those is nobody's.
  for (const read of reads.values()) read.catch(() => {})
  return async (id) => reads.get(id)
}

/** The ids an access path leads to; undefined where a scan is what finds them. */
async function findIds(
  context: ScimContext,
  { type, special }: Kind,
  path: AccessPath,
): Promise<readonly string[] | undefined> {
  const { db, principal } = context
  const { account } = principal
  // Whose a name is its claim says: what a stranger has costs what nobody has.
  const owner = ownerSeen(principal, type)
  switch (path.by) {
    case 'id':
      return [path.id]
    case 'ids':
      return path.ids
    case 'name': {
      const id = await getIdByName(db, account, type, path.name, { attribute: path.attribute, owner })
      return id === undefined ? [] : [id]
    }
    case 'lookup':
      return listIdsByLookup(db, account, type, { lookup: path.attribute, value: path.value, owner })
    case 'member':
      return special.derived?.findIds?.(context, path.userId) ?? []
    case 'namePrefix':
      return listNamed(context, type, path.prefix)
    case 'scan':
      return undefined
  }
}

async function loadAll({ db, principal }: ScimContext, { type }: Kind, ids: readonly string[]): Promise<Owned> {
  const { account } = principal
  const [only] = ids
  const one = ids.length === 1 && only !== undefined ? await getResource(db, account, type, only) : undefined
  const resources =
    ids.length > 1 ? await getResources(db, account, type, ids) : [one].filter((found) => found !== undefined)
  return { resources, isRun: false }
}

async function scan(context: ScimContext, seen: Seen): Promise<Owned> {
  const found = await listSeen(context, seen, { limit: MAX_SCANNED_RESOURCES + 1 })
  checkBound(seen.type, found.resources.length)
  return found
}
