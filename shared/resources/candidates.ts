import { tooMany } from '../scim/error.ts'
import { matchesFilter } from '../scim/filter/match.ts'
import { type AccessPath, isExact, planFilter } from '../scim/filter/plan.ts'
import { type Filter, mentionsAttribute } from '../scim/filter/tree.ts'
import { MAX_SCANNED_RESOURCES } from '../scim/limits.ts'
import type { Projection } from '../scim/project.ts'
import { hasMembers, type ResourceType, type ScimResource, type Value } from '../scim/schema.ts'
import { mapConcurrently } from '../store/batch.ts'
import { getIdByName, listIdsByLookup, listIdsByNamePrefix } from '../store/claims.ts'
import { listTombstones } from '../store/groups/heads.ts'
import { listGroupIds, listMembersAmong } from '../store/groups/members.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResource, getResources, listResourcePage } from '../store/resources.ts'
import { ownerSeen, sees } from './access.ts'
import type { ScimContext } from './context.ts'
import type { ListQuery } from './list-query.ts'
import { DEFAULT_PROJECTION, type Derived, loadDerived, toRepresentation } from './present.ts'

/** A resource that matches, as stored and as clients see it (without its derived attribute). */
export interface Match {
  stored: StoredResource
  resource: ScimResource
  /** The derived attribute that the answer shows, where it was begun to be read beside the resource. */
  derived?: Promise<Derived | undefined> | undefined
}

const PARALLEL = 32
/** Up to so many resources found by key have their groups read in the same round trip. */
const MAX_EARLY = 10

/**
 * Finds what a filter matches among the objects the caller sees, by the cheapest access path (`planFilter`); without
 * an index by a scan of at most MAX_SCANNED_RESOURCES objects.
 * @throws {ScimError} 400 tooMany past that bound: a list is never silently incomplete.
 */
export async function findMatches(
  context: ScimContext,
  type: ResourceType,
  { filter, projection }: Pick<ListQuery, 'filter' | 'projection'>,
): Promise<Match[]> {
  const plan = filter ? planFilter(filter, type) : { by: 'scan' as const }
  const ids = await findIds(context, type, plan)
  const early = loadEarly(context, type, ids, projection)
  const candidates = ids ? await loadAll(context, type, ids) : await scan(context, type)
  const visible = candidates.filter(({ owner }) => sees(context.principal, type, owner))
  const matches = await mapConcurrently(visible, PARALLEL, async (stored) => {
    const match = { stored, resource: toRepresentation(context, stored), derived: early.get(stored.id) }
    if (!filter || isExact(plan, filter)) return match
    const derived = await derivedFor(context, stored, filter)
    const whole = derived ? toRepresentation(context, stored, derived) : match.resource
    return matchesFilter(filter, whole) ? match : undefined
  })
  return matches.filter((match) => match !== undefined)
}

function loadEarly(context: ScimContext, type: ResourceType, ids: string[] | undefined, projection: Projection) {
  // Members are read between two looks at their group (`whole-groups.ts`).
  if (!ids || ids.length > MAX_EARLY || hasMembers(type)) return new Map<string, Promise<Derived | undefined>>()
  const reads = ids.map((id) => [id, loadDerived(context, type, id, projection)] as const)
  // Who turns out not to match is not waited for; a failure among those is nobody's.
  for (const [, read] of reads) read.catch(() => {})
  return new Map(reads)
}

/** The ids an access path leads to; undefined where it is a scan. */
async function findIds(context: ScimContext, type: ResourceType, plan: AccessPath): Promise<string[] | undefined> {
  const { db, principal } = context
  const { account } = principal
  switch (plan.by) {
    case 'id':
      return [plan.id]
    case 'name': {
      const id = await getIdByName(db, account, type, plan.name)
      return id === undefined ? [] : [id]
    }
    case 'lookup':
      return listIdsByLookup(db, account, type, plan.attribute, plan.value)
    case 'member':
      return groupsOf(context, plan.userId)
    case 'namePrefix':
      return checkBound(type, await listIdsByNamePrefix(db, account, type, plan.prefix, MAX_SCANNED_RESOURCES + 1))
    case 'scan':
      return undefined
  }
}

async function groupsOf({ db, principal }: ScimContext, userId: string): Promise<string[]> {
  const [groupIds, gone] = await Promise.all([
    listGroupIds(db, principal.account, userId),
    listTombstones(db, principal.account),
  ])
  return gone.has(userId) ? [] : groupIds
}

async function loadAll({ db, principal }: ScimContext, type: ResourceType, ids: string[]): Promise<StoredResource[]> {
  const [only] = ids
  if (only === undefined) return []
  if (ids.length > 1) return getResources(db, principal.account, type, ids)
  const found = await getResource(db, principal.account, type, only)
  return found ? [found] : []
}

async function scan({ db, principal }: ScimContext, type: ResourceType): Promise<StoredResource[]> {
  const limit = MAX_SCANNED_RESOURCES + 1
  const { resources } = await listResourcePage(db, principal.account, type, {
    limit,
    owner: ownerSeen(principal, type),
  })
  return checkBound(type, resources)
}

function checkBound<T>({ uniqueName, lookups }: ResourceType, found: T[]): T[] {
  if (found.length <= MAX_SCANNED_RESOURCES) return found
  const indexed = ['id', uniqueName, ...lookups].join(', ')
  throw tooMany(
    `More than ${MAX_SCANNED_RESOURCES} resources would have to be examined: filter by one of ${indexed}, or list without filter and sort`,
  )
}

/** The derived attribute, where the filter reads it. */
async function derivedFor(context: ScimContext, stored: StoredResource, filter: Filter): Promise<Derived | undefined> {
  const { type, id } = stored
  if (!readsDerived(type, (name, part) => mentionsAttribute(filter, name, part))) return undefined
  const { attribute = '' } = type.derived ?? {}
  const ids = hasMembers(type) ? memberIdsIn(filter, attribute) : undefined
  if (!ids) return loadDerived(context, type, id, DEFAULT_PROJECTION)
  const { db, principal, types } = context
  const [members, gone] = await Promise.all([
    listMembersAmong(db, principal.account, stored, ids),
    listTombstones(db, principal.account),
  ])
  const kept = [...members.keys()].filter((value) => !gone.has(value))
  return { [attribute]: kept.map((value): Value => ({ value, type: types.User.name })) }
}

/** Whether what reads some attributes reads the derived one, on which the version depends where others change it. */
export function readsDerived({ derived }: ResourceType, reads: (name: string, part?: string) => boolean): boolean {
  if (!derived) return false
  return reads(derived.attribute) || (derived.from === 'memberships' && reads('meta', 'version'))
}

/** The ids a filter compares members with, when that is all it asks of them: then no other member need be read. */
function memberIdsIn(filter: Filter, members: string): string[] | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const ids = filter.operands.map((operand) => memberIdsIn(operand, members))
      return ids.every((list) => list !== undefined) ? ids.flat() : undefined
    }
    case 'not':
      return memberIdsIn(filter.operand, members)
    case 'compare': {
      if (!mentionsAttribute(filter, members)) return []
      const { path, operator, value } = filter
      const isValue = !('unknown' in path) && (path.subAttribute === undefined || path.subAttribute.name === 'value')
      return isValue && operator === 'eq' && typeof value === 'string' ? [value] : undefined
    }
    default:
      return mentionsAttribute(filter, members) ? undefined : []
  }
}
