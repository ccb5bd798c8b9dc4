import { tooMany } from '../scim/error.ts'
import { isAt } from '../scim/filter/tree.ts'
import { MAX_SCANNED_RESOURCES } from '../scim/limits.ts'
import { type ListPage, type ListResponse, presentList } from '../scim/list-response.ts'
import { type Projection, project } from '../scim/project.ts'
import type { Attributes, ResourceType, ScimResource } from '../scim/schema.ts'
import { compareSorted, type Sort, type SortKey, sortValue } from '../scim/sort.ts'
import { mapConcurrently } from '../store/batch.ts'
import { countResources } from '../store/counters.ts'
import {
  getIndexMark,
  type MarkedList,
  newCursor,
  type Position,
  putCursor,
  putIndexMark,
  requireCursor,
} from '../store/pages.ts'
import { listResourcePage } from '../store/resources.ts'
import { ownerSeen } from './access.ts'
import { findMatches, type Match, readsDerived } from './candidates.ts'
import type { ScimContext } from './context.ts'
import { type ListInput, type ListQuery, parseListQuery, toMarkedList } from './list-query.ts'
import { DEFAULT_PROJECTION, loadDerived, toRepresentation } from './present.ts'

const PARALLEL = 32
const BY_ID: Sort = { path: undefined, descending: false }

/** A resource of a page, and its derived attribute where that is being read already. */
type Entry = Pick<Match, 'stored' | 'derived'>

/** Part of a list: the resources of one page and whether others follow. */
interface Slice {
  entries: Entry[]
  total: number
  /** Where the next page begins; undefined on the last one. */
  next: Position | undefined
}

/**
 * Lists or searches one type (RFC 7644 §3.4.2, §3.4.3; RFC 9865): every object the caller sees, exact totals, and
 * sequential paging that shows each object that stays exactly once, whatever comes or goes meanwhile.
 * @throws {ScimError} 400 invalidFilter, invalidValue, invalidCursor, expiredCursor, tooMany.
 */
export async function listResources(
  context: ScimContext,
  type: ResourceType,
  input: ListInput,
): Promise<ListResponse<Attributes>> {
  const query = parseListQuery(type, input)
  const list = toMarkedList(context, [type], query)
  const direct = !query.filter && !query.sort
  const slice = direct
    ? await collectionSlice(context, type, query, list)
    : await matchSlice(context, [type], [query], list)
  return presentSlice(context, query, list, slice)
}

/** Searches all types together (RFC 7644 §3.4.3, at the root). */
export async function searchAll(context: ScimContext, input: ListInput): Promise<ListResponse<Attributes>> {
  const types = Object.values(context.types)
  const queries = types.map((type) => parseListQuery(type, input, true))
  const [query] = queries as [ListQuery]
  const list = toMarkedList(context, types, query)
  const projections = new Map(types.map((type, i) => [type, queries[i]?.projection]))
  return presentSlice(context, query, list, await matchSlice(context, types, queries, list), projections)
}

/** A page of all objects of a type: one Query from the page's beginning, whatever the size of the collection. */
async function collectionSlice(
  context: ScimContext,
  type: ResourceType,
  query: ListQuery,
  list: MarkedList,
): Promise<Slice> {
  const { db, principal } = context
  const { count } = query
  const owner = ownerSeen(principal, type)
  const counting = countResources(db, principal.account, type, owner)
  const start = await collectionStart(context, type, query, list, counting)
  const after = typeof start === 'object' ? start.id : undefined
  const wanted = start === 'beyond' ? 0 : count
  // Behind a mark the count says nothing of what follows, since objects before it may be gone: one more is read.
  const limit = wanted > 0 && after !== undefined ? wanted + 1 : wanted
  const [{ resources }, total] = await Promise.all([
    limit === 0 ? { resources: [] } : listResourcePage(db, principal.account, type, { after, limit, owner }),
    counting,
  ])
  const stored = resources.slice(0, wanted)
  const last = stored.at(-1)
  const more = after === undefined ? total > stored.length : resources.length > wanted
  return {
    entries: stored.map((resource) => ({ stored: resource })),
    total,
    next: last && more ? { id: last.id } : undefined,
  }
}

/** Where a page of a collection begins: behind a mark, or behind as many objects as `startIndex` says. */
async function collectionStart(
  context: ScimContext,
  type: ResourceType,
  query: ListQuery,
  list: MarkedList,
  counting: Promise<number>,
): Promise<Position | 'first' | 'beyond'> {
  counting.catch(() => {}) // awaited by the caller; a refusal here must not leave it unhandled
  const mark = await findMark(context, query, list)
  if (mark || query.startIndex === 1 || query.cursor !== undefined) return mark ?? 'first'
  if (query.startIndex > (await counting)) return 'beyond'
  return skip(context, type, query.startIndex - 1)
}

async function findMark({ db, now }: ScimContext, { startIndex, cursor }: ListQuery, list: MarkedList) {
  if (cursor) return requireCursor(db, list, cursor, now)
  return cursor === undefined && startIndex > 1 ? getIndexMark(db, list, startIndex, now) : undefined
}

/** Passes the objects before a page that nobody paged to: bounded, since each of them is read. */
async function skip(context: ScimContext, type: ResourceType, objects: number): Promise<Position | 'beyond'> {
  if (objects > MAX_SCANNED_RESOURCES) {
    throw tooMany(
      `Cannot begin at ${objects + 1}: page from the start, where each page is found at once, or use a cursor`,
    )
  }
  const { db, principal } = context
  const owner = ownerSeen(principal, type)
  const { resources } = await listResourcePage(db, principal.account, type, { limit: objects, owner })
  const last = resources.at(-1)
  return last && resources.length === objects ? { id: last.id } : 'beyond'
}

/** A page of what filters match, in the order asked for. */
async function matchSlice(
  context: ScimContext,
  types: ResourceType[],
  queries: ListQuery[],
  list: MarkedList,
): Promise<Slice> {
  const [first] = queries as [ListQuery]
  const [mark, ...found] = await Promise.all([
    findMark(context, first, list),
    ...types.map((type, i) => findKeyed(context, type, queries[i] as ListQuery)),
  ])
  const order = first.sort ?? BY_ID
  const sorted = found.flat().sort((a, b) => compareSorted(order, a, b))
  const begin = mark ? firstBehind(sorted, order, mark) : first.cursor === undefined ? first.startIndex - 1 : 0
  const page = sorted.slice(begin, begin + first.count)
  const last = page.at(-1)
  const more = last !== undefined && begin + page.length < sorted.length
  return { entries: page, total: sorted.length, next: more ? toPosition(last) : undefined }
}

interface Keyed extends Entry {
  id: string
  key: SortKey
}

async function findKeyed(context: ScimContext, type: ResourceType, query: ListQuery): Promise<Keyed[]> {
  const { sort } = query
  const { path } = sort ?? BY_ID
  const whole = path !== undefined && readsDerived(type, (name, part) => isAt(path, name, part))
  return mapConcurrently(await findMatches(context, type, query), PARALLEL, async ({ stored, resource, derived }) => {
    const sorted = whole ? await withDerived(context, stored) : resource
    return { id: stored.id, key: sort ? sortValue(sort, sorted) : undefined, stored, derived }
  })
}

async function withDerived(context: ScimContext, stored: Match['stored']): Promise<ScimResource> {
  return toRepresentation(context, stored, await loadDerived(context, stored.type, stored.id, DEFAULT_PROJECTION))
}

const toPosition = ({ id, key }: Keyed): Position => ({ id, ...(key !== undefined && { key }) })

function firstBehind(sorted: Keyed[], order: Sort, mark: Position): number {
  const index = sorted.findIndex((entry) => compareSorted(order, entry, { id: mark.id, key: mark.key }) > 0)
  return index === -1 ? sorted.length : index
}

/** The answer, and the mark or cursor its successor will need; they are written beside the event. */
async function presentSlice(
  context: ScimContext,
  query: ListQuery,
  list: MarkedList,
  { entries, total, next }: Slice,
  projections: ReadonlyMap<ResourceType, Projection | undefined> = new Map(),
): Promise<ListResponse<Attributes>> {
  const resources = await mapConcurrently(entries, PARALLEL, async ({ stored, derived }) => {
    const { type, id } = stored
    const projection = projections.get(type) ?? query.projection
    const shown = await (derived ?? loadDerived(context, type, id, projection))
    return project(type, toRepresentation(context, stored, shown), projection)
  })
  if (query.cursor !== undefined) return presentList(cursorPage(context, list, resources, total, next))
  return presentList(indexPage(context, query, list, resources, total, next))
}

function cursorPage(
  { db, now, trail }: ScimContext,
  list: MarkedList,
  resources: Attributes[],
  totalResults: number,
  next: Position | undefined,
): ListPage<Attributes> {
  if (!next) return { resources, totalResults }
  const nextCursor = newCursor(now)
  trail.alongside.push(() => putCursor(db, list, nextCursor, next, now))
  return { resources, totalResults, nextCursor }
}

/**
 * `totalResults` is the count, except while objects before this page were deleted since the paging began: then it is
 * as large as the paging still needs, since clients stop where it says (DESIGN invariant 7).
 */
function indexPage(
  { db, now, trail }: ScimContext,
  { startIndex }: ListQuery,
  list: MarkedList,
  resources: Attributes[],
  total: number,
  next: Position | undefined,
): ListPage<Attributes> {
  const end = startIndex - 1 + resources.length
  if (resources.length === 0) return { resources, totalResults: total, startIndex }
  if (next) trail.alongside.push(() => putIndexMark(db, list, end + 1, next, now))
  return { resources, totalResults: Math.max(total, next ? end + 1 : end), startIndex }
}
