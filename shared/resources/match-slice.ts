import { isAt } from '../scim/filter/tree.ts'
import { compareSorted, type Sort, type SortKey, sortValue } from '../scim/sort.ts'
import { mapConcurrently } from '../store/batch.ts'
import { type MarkedList, requireCursor } from '../store/pages.ts'
import { getResources } from '../store/resources.ts'
import { beginSearch, findIdsAlone, loadMatches, type Match, type Search } from './candidates.ts'
import type { ScimContext } from './context.ts'
import { readsDerived } from './derived-filter.ts'
import type { ListQuery } from './list-query.ts'
import { BY_ID, type Entry, firstPage, isBehind, loadWalk, type Slice, toSlice } from './list-slice.ts'
import { pageOf } from './load-shown.ts'
import { DEFAULT_PROJECTION, loadDerived, toRepresentation } from './present.ts'
import type { Kind } from './special.ts'

const PARALLEL = 32

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
  const gone = sorted.length - listed.length + behind.length - live.length
  return toSlice(query, live, { page: pageFrom(live), total: sorted.length - gone, walk, begin })
}

/**
 * Reads the first `count` that have not been read. Who turns out to be gone is left out, and those behind are read in
 * their place, twice as many each time where all are gone.
 */
async function withStored(context: ScimContext, entries: Entry[], count: number): Promise<Entry[]> {
  let live = entries
  while (live.slice(0, count).some(({ stored }) => !stored)) {
    const gone = entries.length - live.length
    live = await readFirst(context, live, count + gone)
  }
  return live
}

/** Reads the first `count`, as far as they are there. */
async function readFirst({ db, principal }: ScimContext, entries: Entry[], count: number): Promise<Entry[]> {
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
