import { type ListPage, type ListResponse, presentList } from '../scim/list-response.ts'
import type { Projection } from '../scim/project.ts'
import type { ResourceType } from '../scim/schema.ts'
import { type MarkedList, newCursor, putCursor } from '../store/pages.ts'
import { loadCollectionSlice } from './collection-slice.ts'
import type { ScimContext } from './context.ts'
import { leaveMarks } from './index-walk.ts'
import { type ListInput, type ListQuery, parseListQuery, toMarkedList } from './list-query.ts'
import type { Slice } from './list-slice.ts'
import { loadShown } from './load-shown.ts'
import { loadMatchSlice } from './match-slice.ts'
import type { Presented } from './present.ts'
import type { Kind } from './special.ts'

type Shown = Presented['resource']

/**
 * Lists or searches one type (RFC 7644 §3.4.2, §3.4.3; RFC 9865): every object the caller sees, exact totals, and
 * sequential paging that shows each object that stays exactly once, whatever comes or goes meanwhile.
 * @throws {ScimError} 400 invalidFilter, invalidValue, invalidCursor, expiredCursor, tooMany.
 */
export async function listResources(context: ScimContext, kind: Kind, input: ListInput): Promise<ListResponse<Shown>> {
  const query = parseListQuery(kind.type, input)
  const list = toMarkedList(context, [kind.type], query)
  const direct = !query.filter && !query.sort
  const slice = direct
    ? await loadCollectionSlice(context, kind, query, list)
    : await loadMatchSlice(context, [kind], [query], list)
  return presentSlice(context, query, list, slice)
}

/** Searches all types together (RFC 7644 §3.4.3, at the root). */
export async function searchAll(context: ScimContext, kinds: Kind[], input: ListInput): Promise<ListResponse<Shown>> {
  const types = kinds.map(({ type }) => type)
  const queries = types.map((type) => parseListQuery(type, input, true))
  const [query] = queries as [ListQuery]
  const list = toMarkedList(context, types, query)
  const projections = new Map(types.map((type, i) => [type, queries[i]?.projection]))
  return presentSlice(context, query, list, await loadMatchSlice(context, kinds, queries, list), projections)
}

/** The answer, and the mark or cursor its successor will need; they are written beside the event. */
async function presentSlice(
  context: ScimContext,
  query: ListQuery,
  list: MarkedList,
  slice: Slice,
  projections: ReadonlyMap<ResourceType, Projection | undefined> = new Map(),
): Promise<ListResponse<Shown>> {
  const found = slice.entries.map((entry) => {
    const projection = projections.get(entry.stored.type) ?? query.projection
    return { ...entry, projection }
  })
  const resources = (await loadShown(context, found)).map(({ resource }) => resource)
  context.trail.counted(resources.length, slice.total)
  if (query.cursor !== undefined) return presentList(cursorPage(context, list, resources, slice))
  return presentList(indexPage(context, query, resources, slice))
}

function cursorPage(
  { db, now, trail }: ScimContext,
  list: MarkedList,
  resources: Shown[],
  { total: totalResults, last, more }: Slice,
): ListPage<Shown> {
  if (!last || !more) return { resources, totalResults }
  const nextCursor = newCursor(now)
  trail.alongside.push(() => putCursor(db, list, nextCursor, last, now))
  return { resources, totalResults, nextCursor }
}

/**
 * `totalResults` is the count, except while objects before this page were deleted since the paging began: then it is
 * as large as the paging still needs, since clients stop where it says (DESIGN invariant 7).
 */
function indexPage(
  context: ScimContext,
  { startIndex, count }: ListQuery,
  resources: Shown[],
  { total, last, more, walk }: Slice,
): ListPage<Shown> {
  const nextIndex = startIndex + resources.length
  // Who was shown a whole list on its first page does not go on.
  if (walk && last && (more || startIndex > 1)) leaveMarks(context, walk, { position: last, nextIndex, more })
  if (resources.length === 0) return { resources, totalResults: total, startIndex }
  return { resources, totalResults: Math.max(total, more ? startIndex + count : nextIndex - 1), startIndex }
}
