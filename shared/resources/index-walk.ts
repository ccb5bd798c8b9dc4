import { CURSOR_TIMEOUT_SECONDS } from '../scim/limits.ts'
import { compareSorted, type Sort } from '../scim/sort.ts'
import {
  getIndexMark,
  type IndexMark,
  type IndexPage,
  listIndexMarks,
  MarkChanged,
  putIndexMark,
  type StoredMark,
} from '../store/index-marks.ts'
import { expiry, type MarkedList, type Position, toSeconds } from '../store/pages.ts'
import type { ScimContext } from './context.ts'
import { retryLostRaces } from './retry-lost-races.ts'

/** A page of a list on the way of walks by index: between what was shown before it and where the next one begins. */
export interface IndexWalk {
  list: MarkedList
  order: Sort
  page: IndexPage
  /** The page begins behind it; undefined where nobody came from the page before. */
  begin: Position | undefined
  /** The page ends there at the latest, since another walk waits there to go on. */
  end: Position | undefined
  /** The mark this walk waited at, and the one it comes to. */
  own: StoredMark | undefined
  ahead: StoredMark | undefined
}

/**
 * Finds the marks of a page. Walks of one caller, query and page size look alike, so they share their marks: a page
 * ends where another walk waits, and all of them show the same from one mark to the next. One round trip, 1 read unit.
 */
export async function loadIndexWalk(
  { db, now }: ScimContext,
  list: MarkedList,
  order: Sort,
  { startIndex, count }: IndexPage,
): Promise<IndexWalk> {
  const page = { startIndex, count }
  const marks = await listIndexMarks(db, list, page, now)
  const here = marks.filter((mark) => mark.startIndex === startIndex || mark.aliases.includes(startIndex))
  const own = lowestOf(order, ofSize(here, count), now)
  const followed = own ?? lowestOf(order, here, now)
  const ahead = ofSize(marks, count).find((mark) => mark.startIndex === startIndex + count)
  const end = ahead && isJoined(ahead, now) ? ahead.position : undefined
  return { list, order, page, begin: followed && positionOf(order, followed, now), end, own, ahead }
}

/** How a page ended: behind what, under which index clients that add what they were shown go on, and whether they do. */
export interface PageEnd {
  position: Position
  nextIndex: number
  more: boolean
}

/** Leaves what the next page needs, to be written beside the event. 2 write units, of a first page 1. */
export function leaveMarks(context: ScimContext, walk: IndexWalk, end: PageEnd): void {
  const { order, page, own, ahead } = walk
  const next = { startIndex: page.startIndex + page.count, count: page.count }
  const { alongside } = context.trail
  alongside.push(() => change(context, walk, next, ahead, (mark) => arrive(order, next, mark, end, context.now)))
  if (own) alongside.push(() => change(context, walk, own, own, depart))
}

/** Changes a mark from what it was found to be, or from what another request has made of it since. */
function change(
  { db, now }: ScimContext,
  { list }: IndexWalk,
  page: IndexPage,
  found: StoredMark | undefined,
  to: (mark: StoredMark | undefined) => IndexMark | undefined,
): Promise<void> {
  const attempt = async (n: number) => {
    const current = n === 0 ? found : await getIndexMark(db, list, page, now)
    const mark = to(current)
    if (mark) await putIndexMark(db, list, current, mark, now)
  }
  return retryLostRaces(attempt, (error) => error instanceof MarkChanged, 'list')
}

/**
 * The mark once a walk has come to it. Where others wait it keeps the lower position, so that nobody is missed; one that
 * walks have joined for ten minutes is drawn anew, and what it was holds ten minutes more.
 */
function arrive(order: Sort, next: IndexPage, mark: StoredMark | undefined, end: PageEnd, now: Date): IndexMark {
  const { position, nextIndex, more } = end
  const arrived = more ? 1 : 0
  const fresh = { ...next, position, since: toSeconds(now), waiting: arrived, aliases: [nextIndex] }
  if (!mark || mark.waiting === 0) return fresh
  const waiting = mark.waiting + arrived
  if (!isJoined(mark, now)) return { ...fresh, waiting, earlier: { position: mark.position, until: expiry(now) } }
  const aliases = [...new Set([...mark.aliases, nextIndex])]
  return { ...mark, position: lower(order, mark.position, position), waiting, aliases }
}

const depart = (mark: StoredMark | undefined): IndexMark | undefined =>
  mark && mark.waiting > 0 ? { ...mark, waiting: mark.waiting - 1 } : undefined

/** Whether walks that come to a mark join those that wait there. */
const isJoined = ({ waiting, since }: IndexMark, now: Date): boolean =>
  waiting > 0 && toSeconds(now) < since + CURSOR_TIMEOUT_SECONDS

const ofSize = (marks: StoredMark[], count: number) => marks.filter((mark) => mark.count === count)

function lowestOf(order: Sort, marks: StoredMark[], now: Date): StoredMark | undefined {
  const position = (mark: StoredMark) => positionOf(order, mark, now)
  return marks.toSorted((a, b) => compareSorted(order, position(a), position(b)))[0]
}

function positionOf(order: Sort, { position, earlier }: IndexMark, now: Date): Position {
  return earlier && toSeconds(now) < earlier.until ? lower(order, position, earlier.position) : position
}

const lower = (order: Sort, a: Position, b: Position): Position => (compareSorted(order, a, b) <= 0 ? a : b)
