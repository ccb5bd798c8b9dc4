import { MAX_ANSWER_BYTES } from '../scim/answer-size.ts'
import type { Projection } from '../scim/project.ts'
import type { ResourceType } from '../scim/schema.ts'
import { compareSorted, type Sort, type SortKey } from '../scim/sort.ts'
import type { MarkedList, Position } from '../store/pages.ts'
import { answerBytes } from './answer-bytes.ts'
import type { Match } from './candidates.ts'
import type { ScimContext } from './context.ts'
import { type IndexWalk, loadIndexWalk } from './index-walk.ts'
import type { ListQuery } from './list-query.ts'
import { DEFAULT_PROJECTION } from './present.ts'
import type { Kind } from './special.ts'

/** The order of a list for which none is asked. */
export const BY_ID: Sort = { path: undefined, descending: false }

/** A resource of a list in its place; only those of the page need have been read. */
export interface Entry extends Partial<Pick<Match, 'stored' | 'derived' | 'at'>> {
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

/** The walk a page by index belongs to; none for a page by cursor, or of nobody. */
export async function loadWalk(context: ScimContext, list: MarkedList, order: Sort, query: ListQuery) {
  return query.cursor === undefined && query.count > 0 ? loadIndexWalk(context, list, order, query) : undefined
}

/**
 * What of a list fits one answer, `count` at most and somebody always: a page may hold fewer (RFC 7644 §3.4.2.4), and the
 * next one begins behind the last that is shown. Members are counted, not read.
 */
export function firstPage(
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
export function toSlice(
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

/** Whether an entry stands behind a position of the list. */
export const isBehind = (order: Sort, entry: Entry, position: Position): boolean =>
  compareSorted(order, entry, position) > 0

const toPosition = ({ id, key }: Entry): Position => ({ id, ...(key !== undefined && { key }) })
