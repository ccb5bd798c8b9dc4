import { MAX_ANSWER_BYTES } from '../scim/answer-size.ts'
import { tooMany } from '../scim/error.ts'
import { isAt } from '../scim/filter/tree.ts'
import { MAX_SCANNED_RESOURCES } from '../scim/limits.ts'
import type { Projection } from '../scim/project.ts'
import type { ResourceType, ScimResource } from '../scim/schema.ts'
import { compareSorted, type Sort, type SortKey, sortValue } from '../scim/sort.ts'
import { mapConcurrently } from '../store/batch.ts'
import { countResources } from '../store/counters.ts'
import { type MarkedList, type Position, requireCursor } from '../store/pages.ts'
import { listResourcePage } from '../store/resources.ts'
import { ownerSeen } from './access.ts'
import { answerBytes } from './answer-bytes.ts'
import { findMatches, type Match, readsDerived } from './candidates.ts'
import type { ScimContext } from './context.ts'
import { type IndexWalk, loadIndexWalk } from './index-walk.ts'
import type { ListQuery } from './list-query.ts'
import { DEFAULT_PROJECTION, loadDerived, toRepresentation } from './present.ts'

const PARALLEL = 32
const BY_ID: Sort = { path: undefined, descending: false }

/** A resource of a list in its place, and its derived attribute where that is being read already. */
interface Entry extends Pick<Match, 'stored' | 'derived'> {
  id: string
  key: SortKey
}

/** Part of a list: the resources of one page, and how the list goes on behind them. */
export interface Slice {
  entries: Entry[]
  total: number
  /** Where the page ends; undefined where it was looked for by counting and nobody is there. */
  last: Position | undefined
  /** Whether others follow. */
  more: boolean
  /** Undefined for a page by cursor, or of nobody. */
  walk: IndexWalk | undefined
}

/** A page of all objects of a type: one Query from the page's beginning, whatever the size of the collection. */
export async function loadCollectionSlice(
  context: ScimContext,
  type: ResourceType,
  query: ListQuery,
  list: MarkedList,
): Promise<Slice> {
  const { db, principal } = context
  const counting = countResources(db, principal.account, type, ownerSeen(principal, type))
  const walking = loadWalk(context, list, BY_ID, query)
  // Awaited below; a refusal before must not leave them unhandled.
  for (const reading of [counting, walking]) reading.catch(() => {})
  const start = await collectionBegin(context, type, query, list, { counting, walking })
  const begin = start === 'first' ? undefined : start
  // The count says nothing of what follows, since it may be older or newer than the page: one more is read.
  const limit = query.count > 0 && start ? query.count + 1 : 0
  const [found, total, walk] = await Promise.all([listBehind(context, type, begin, limit), counting, walking])
  const page = firstPage(context, query, found, () => query.projection)
  return toSlice(query, found, { page, total, walk, begin })
}

async function listBehind(
  { db, principal }: ScimContext,
  type: ResourceType,
  begin: Position | undefined,
  limit: number,
): Promise<Entry[]> {
  if (limit === 0) return []
  const page = { after: begin?.id, limit, owner: ownerSeen(principal, type) }
  const { resources } = await listResourcePage(db, principal.account, type, page)
  return resources.map((stored) => ({ stored, id: stored.id, key: undefined }))
}

/** Where a page of a collection begins: behind a mark, or behind as many objects as `startIndex` says, if there are. */
async function collectionBegin(
  context: ScimContext,
  type: ResourceType,
  { startIndex, cursor }: ListQuery,
  list: MarkedList,
  { counting, walking }: { counting: Promise<number>; walking: Promise<IndexWalk | undefined> },
): Promise<Position | 'first' | undefined> {
  if (cursor) return requireCursor(context.db, list, cursor, context.now)
  if (cursor !== undefined || startIndex === 1) return 'first'
  const walk = await walking
  if (walk?.begin) return walk.begin
  return startIndex > (await counting) ? undefined : skip(context, type, startIndex - 1)
}

/** Passes the objects before a page that nobody paged to: bounded, since each of them is read. */
async function skip(context: ScimContext, type: ResourceType, objects: number): Promise<Position | undefined> {
  if (objects > MAX_SCANNED_RESOURCES) {
    throw tooMany(
      `Cannot begin at ${objects + 1}: page from the start, where each page is found at once, or use a cursor`,
    )
  }
  const passed = await listBehind(context, type, undefined, objects)
  const last = passed.at(-1)
  return last && passed.length === objects ? { id: last.id } : undefined
}

/** A page of what filters match, in the order asked for. */
export async function loadMatchSlice(
  context: ScimContext,
  types: ResourceType[],
  queries: ListQuery[],
  list: MarkedList,
): Promise<Slice> {
  const [query] = queries as [ListQuery]
  const { startIndex, cursor, sort: order = BY_ID } = query
  const [opened, walked, ...found] = await Promise.all([
    cursor ? requireCursor(context.db, list, cursor, context.now) : undefined,
    startIndex > 1 ? loadWalk(context, list, order, query) : undefined,
    ...types.map((type, i) => findEntries(context, type, queries[i] as ListQuery)),
  ])
  const sorted = found.flat().sort((a, b) => compareSorted(order, a, b))
  const projections = new Map(types.map((type, i) => [type, queries[i]?.projection ?? query.projection]))
  const pageOf = (entries: Entry[]) => firstPage(context, query, entries, (type) => projections.get(type))
  // A list that fits its first page has no marks, so that finding somebody costs no more than that.
  const isShort = walked === undefined && pageOf(sorted).length === sorted.length
  const walk = isShort ? undefined : (walked ?? (await loadWalk(context, list, order, query)))
  const begin = opened ?? walk?.begin
  const skipped = cursor === undefined ? startIndex - 1 : 0
  const behind = begin ? sorted.filter((entry) => isBehind(order, entry, begin)) : sorted.slice(skipped)
  return toSlice(query, behind, { page: pageOf(behind), total: sorted.length, walk, begin })
}

async function loadWalk(context: ScimContext, list: MarkedList, order: Sort, query: ListQuery) {
  return query.cursor === undefined && query.count > 0 ? loadIndexWalk(context, list, order, query) : undefined
}

async function findEntries(context: ScimContext, type: ResourceType, query: ListQuery): Promise<Entry[]> {
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

/**
 * What of a list fits one answer, `count` at most and somebody always: a page may hold fewer (RFC 7644 §3.4.2.4), and the
 * next one begins behind the last that is shown. Members are counted, not read.
 */
function firstPage(
  context: ScimContext,
  { count }: ListQuery,
  found: Entry[],
  projectionOf: (type: ResourceType) => Projection | undefined,
): Entry[] {
  const most = found.slice(0, count)
  let bytes = 0
  const end = most.findIndex(({ stored }, i) => {
    bytes += answerBytes(context, stored, projectionOf(stored.type) ?? DEFAULT_PROJECTION)
    return bytes > MAX_ANSWER_BYTES && i > 0
  })
  return end < 0 ? most : most.slice(0, end)
}

/** The slice of `found` that begins with a page, in order; it ends where its walk says, but never before its first entry. */
function toSlice(
  { startIndex }: ListQuery,
  found: Entry[],
  { page, total, walk, begin }: Pick<Slice, 'total' | 'walk'> & { page: Entry[]; begin: Position | undefined },
): Slice {
  const whole = startIndex === 1 && found.length === page.length
  const entries = walk?.end && !whole ? upTo(walk.order, page, walk.end) : page
  const last = entries.at(-1)
  const more = last !== undefined && found.length > entries.length
  return { entries, total, walk, more, last: last ? toPosition(last) : begin }
}

function upTo(order: Sort, entries: Entry[], end: Position): Entry[] {
  const kept = entries.filter((entry) => !isBehind(order, entry, end))
  return kept.length > 0 ? kept : entries.slice(0, 1)
}

const isBehind = (order: Sort, entry: Entry, position: Position): boolean => compareSorted(order, entry, position) > 0

const toPosition = ({ id, key }: Entry): Position => ({ id, ...(key !== undefined && { key }) })
