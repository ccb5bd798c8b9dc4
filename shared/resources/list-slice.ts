import { MAX_ANSWER_BYTES } from '../scim/answer-size.ts'
import { tooMany } from '../scim/error.ts'
import { isAt } from '../scim/filter/tree.ts'
import { MAX_SCANNED_RESOURCES } from '../scim/limits.ts'
import type { Projection } from '../scim/project.ts'
import type { ResourceType } from '../scim/schema.ts'
import { compareSorted, type Sort, type SortKey, sortValue } from '../scim/sort.ts'
import { mapConcurrently } from '../store/batch.ts'
import { type MarkedList, type Position, requireCursor } from '../store/pages.ts'
import { getResources } from '../store/resources.ts'
import { answerBytes } from './answer-bytes.ts'
import { beginSearch, findIdsAlone, loadMatches, type Match, readsDerived, type Search } from './candidates.ts'
import type { ScimContext } from './context.ts'
import { type IndexWalk, loadIndexWalk } from './index-walk.ts'
import type { ListQuery } from './list-query.ts'
import { pageOf } from './load-shown.ts'
import { DEFAULT_PROJECTION, loadDerived, toRepresentation } from './present.ts'
import { getSeenIdAt, listSeen, type Seen, seenBy, totalOf } from './seen.ts'
import type { Kind } from './special.ts'

const PARALLEL = 32
const BY_ID: Sort = { path: undefined, descending: false }

/** A resource of a list in its place; only those of the page need have been read. */
interface Entry extends Partial<Pick<Match, 'stored' | 'derived' | 'at'>> {
  kind: Kind
  id: string
  key: SortKey
}

/** One that has been read. */
export type LoadedEntry = Entry & Pick<Match, 'stored'>

/** Part of a list: the resources of one page, and how the list goes on behind them. */
export interface Slice {
  entries: LoadedEntry[]
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
  kind: Kind,
  query: ListQuery,
  list: MarkedList,
): Promise<Slice> {
  const seen = seenBy(context, kind.type)
  const walking = loadWalk(context, list, BY_ID, query)
  // Awaited below; a refusal before must not leave it unhandled.
  walking.catch(() => {})
  const start = await collectionBegin(context, seen, query, list, walking)
  const begin = start === 'first' ? undefined : start
  // The count says nothing of what follows, since it may be older or newer than the page: one more is read.
  const limit = query.count > 0 && start ? query.count + 1 : 0
  const [found, total, walk] = await Promise.all([
    listBehind(context, kind, seen, begin, limit),
    totalOf(seen),
    walking,
  ])
  const page = firstPage(context, query, found, () => query.projection)
  return toSlice(query, found, { page, total, walk, begin })
}

async function listBehind(
  context: ScimContext,
  kind: Kind,
  seen: Seen,
  begin: Position | undefined,
  limit: number,
): Promise<LoadedEntry[]> {
  if (limit === 0) return []
  const { resources, isRun } = await listSeen(context, seen, { after: begin?.id, limit })
  return resources.map((stored, i) => ({ kind, stored, id: stored.id, key: undefined, at: isRun ? i : undefined }))
}

/** Where a page of a collection begins: behind a mark, or behind as many objects as `startIndex` says, if there are. */
async function collectionBegin(
  context: ScimContext,
  seen: Seen,
  { startIndex, cursor }: ListQuery,
  list: MarkedList,
  walking: Promise<IndexWalk | undefined>,
): Promise<Position | 'first' | undefined> {
  if (cursor) return requireCursor(context.db, list, cursor, context.now)
  if (cursor !== undefined || startIndex === 1) return 'first'
  const walk = await walking
  if (walk?.begin) return walk.begin
  return startIndex > (await totalOf(seen)) ? undefined : skip(context, seen, startIndex - 1)
}

/** Passes the objects before a page that nobody paged to: bounded, since each of them is passed. */
async function skip(context: ScimContext, seen: Seen, objects: number): Promise<Position | undefined> {
  if (objects > MAX_SCANNED_RESOURCES) {
    throw tooMany(
      `Cannot begin at ${objects + 1}: page from the start, where each page is found at once, or use a cursor`,
    )
  }
  const id = await getSeenIdAt(context, seen, objects)
  return id === undefined ? undefined : { id }
}

/** A page of what filters match, in the order asked for; types whose kind and query stand at the same place. */
export async function loadMatchSlice(
  context: ScimContext,
  kinds: Kind[],
  queries: ListQuery[],
  list: MarkedList,
): Promise<Slice> {
  const [query] = queries as [ListQuery]
  const { startIndex, count, cursor, sort: order = BY_ID } = query
  const [opened, walked, ...searches] = await Promise.all([
    cursor ? requireCursor(context.db, list, cursor, context.now) : undefined,
    startIndex > 1 ? loadWalk(context, list, order, query) : undefined,
    ...kinds.map((kind, i) => beginSearch(context, kind, queries[i] as ListQuery)),
  ])
  const found = await Promise.all(searches.map((search) => findEntries(context, search, query.sort)))
  const sorted = found.flat().sort((a, b) => compareSorted(order, a, b))
  const projections = new Map(kinds.map(({ type }, i) => [type, queries[i]?.projection ?? query.projection]))
  const pageFrom = (entries: Entry[]) => firstPage(context, query, entries, (type) => projections.get(type))
  const listed = sorted.length <= count ? await withStored(context, sorted, count) : sorted
  // A list that fits its first page has no marks, so that finding somebody costs no more than that.
  const isShort = walked === undefined && listed.length <= count && pageFrom(listed).length === listed.length
  const walk = isShort ? undefined : (walked ?? (await loadWalk(context, list, order, query)))
  const begin = opened ?? walk?.begin
  const skipped = cursor === undefined ? startIndex - 1 : 0
  const behind = begin ? listed.filter((entry) => isBehind(order, entry, begin)) : listed.slice(skipped)
  const live = await withStored(context, behind, count)
  return toSlice(query, live, { page: pageFrom(live), total: sorted.length, walk, begin })
}

/** Reads those of a page that have not been read; who turns out to be gone is left out. */
async function withStored({ db, principal }: ScimContext, entries: Entry[], count: number): Promise<Entry[]> {
  const unread = entries.slice(0, count).filter(({ stored }) => !stored)
  const reading = [...Map.groupBy(unread, ({ kind }) => kind.type)].map(([type, of]) => {
    const ids = of.map(({ id }) => id)
    return getResources(db, principal.account, type, ids)
  })
  const read = new Map((await Promise.all(reading)).flat().map((stored) => [stored.id, stored]))
  const gone = new Set(unread.filter(({ id }) => !read.has(id)))
  return entries.flatMap((entry) => {
    const stored = entry.stored ?? read.get(entry.id)
    return gone.has(entry) ? [] : [{ ...entry, ...(stored && { stored }) }]
  })
}

async function loadWalk(context: ScimContext, list: MarkedList, order: Sort, query: ListQuery) {
  return query.cursor === undefined && query.count > 0 ? loadIndexWalk(context, list, order, query) : undefined
}

async function findEntries(context: ScimContext, search: Search, sort: Sort | undefined): Promise<Entry[]> {
  const { kind } = search
  const ids = sort ? undefined : await findIdsAlone(context, search)
  if (ids) return ids.map((id) => ({ kind, id, key: undefined }))
  const matches = await loadMatches(context, search)
  const keyOf = sort && sortKeys(context, kind, sort, matches)
  return mapConcurrently(matches, PARALLEL, async (match) => ({
    ...{ kind, id: match.stored.id, stored: match.stored, derived: match.derived, at: match.at },
    key: await keyOf?.(match),
  }))
}

/** What matches are sorted by, the derived attribute included where the order reads that. */
function sortKeys(context: ScimContext, kind: Kind, sort: Sort, matches: Match[]) {
  const { path } = sort
  const derivedOf =
    path && readsDerived(kind.type, (name, part) => isAt(path, name, part))
      ? loadDerived(context, kind, pageOf(matches), DEFAULT_PROJECTION)
      : undefined
  return async ({ stored, resource }: Match): Promise<SortKey> =>
    sortValue(sort, derivedOf ? toRepresentation(context, stored, await derivedOf(stored.id)) : resource)
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
): LoadedEntry[] {
  const most = found.slice(0, count).flatMap(({ stored, ...entry }) => (stored ? [{ ...entry, stored }] : []))
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
  { page, total, walk, begin }: Pick<Slice, 'total' | 'walk'> & { page: LoadedEntry[]; begin: Position | undefined },
): Slice {
  const whole = startIndex === 1 && found.length === page.length
  const entries = walk?.end && !whole ? upTo(walk.order, page, walk.end) : page
  const last = entries.at(-1)
  const more = last !== undefined && found.length > entries.length
  return { entries, total, walk, more, last: last ? toPosition(last) : begin }
}

function upTo<Listed extends Entry>(order: Sort, entries: Listed[], end: Position): Listed[] {
  const kept = entries.filter((entry) => !isBehind(order, entry, end))
  return kept.length > 0 ? kept : entries.slice(0, 1)
}

const isBehind = (order: Sort, entry: Entry, position: Position): boolean => compareSorted(order, entry, position) > 0

const toPosition = ({ id, key }: Entry): Position => ({ id, ...(key !== undefined && { key }) })
