import { tooMany } from '../scim/error.ts'
import { MAX_SCANNED_RESOURCES } from '../scim/limits.ts'
import { type MarkedList, type Position, requireCursor } from '../store/pages.ts'
import type { ScimContext } from './context.ts'
import type { IndexWalk } from './index-walk.ts'
import type { ListQuery } from './list-query.ts'
import { BY_ID, firstPage, type LoadedEntry, loadWalk, type Slice, toSlice } from './list-slice.ts'
import { getSeenIdAt, listSeen, type Seen, seenBy, totalOf } from './seen.ts'
import type { Kind } from './special.ts'

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
