import { cursorOf } from '../../../shared/audit/event-cursor.ts'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import type { Told } from '../../../shared/audit/sentences/fold.ts'
import { dayKey, dayText } from '../parts/time-text.ts'
import type { ToldPage } from './tell-page.ts'

/** Pages that are held at once; older ones are fetched again when one comes back to them. */
export const MAX_PAGES = 20
/** Rows of a page. */
export const PAGE_ROWS = 200

/** One page of a history, newest first. */
export interface FeedPage {
  /** The place behind which it begins; undefined for the newest. */
  before: string | undefined
  /** The place of its last row. */
  end: string
  /** How many rows it has, and how many lines they are told in. */
  rowCount: number
  count: number
  /** Day of its last line. */
  lastDay: string
  /** Undefined while they are let go. */
  rows: readonly EventRow[] | undefined
  told: readonly Told[]
}

/** Rows and how they are told as a page. */
export function toFeedPage(before: string | undefined, rows: readonly EventRow[], { told }: ToldPage): FeedPage {
  const last = rows.at(-1)
  return {
    before,
    end: last ? cursorOf(last) : (before ?? ''),
    ...{ rowCount: rows.length, count: told.length },
    lastDay: last ? dayKey(last.EVENT_TIMESTAMP) : '',
    ...{ rows, told },
  }
}

/** A page without what fills the memory. */
export const letGo = (page: FeedPage): FeedPage => ({ ...page, rows: undefined, told: [] })

/** A line and where it stands. */
export interface Place {
  page: number
  line: number
}

/** Which page a line of the whole list is on. */
export function placeOf(pages: readonly FeedPage[], index: number): Place | undefined {
  let line = index
  for (const [page, { count }] of pages.entries()) {
    if (line < count) return { page, line }
    line -= count
  }
  return undefined
}

/** The day that begins with a line, where the one before it is of another. */
export function dayAt(pages: readonly FeedPage[], { page, line }: Place): string | undefined {
  const time = pages[page]?.told[line]?.rows[0]?.EVENT_TIMESTAMP
  if (time === undefined) return undefined
  const previous = line > 0 ? dayOfLast(pages[page]?.told[line - 1]) : pages[page - 1]?.lastDay
  return dayKey(time) === previous ? undefined : dayText(time)
}

const dayOfLast = (told: Told | undefined): string => dayKey(told?.rows.at(-1)?.EVENT_TIMESTAMP ?? '')

/** Pages farthest from those in view, of those that are too many. The newest stays: what comes joins it. */
export function tooMany(pages: readonly FeedPage[], inView: number, max = MAX_PAGES): number[] {
  const held = [...pages.keys()].filter((page) => page > 0 && pages[page]?.rows !== undefined)
  const farthest = held.toSorted((a, b) => Math.abs(b - inView) - Math.abs(a - inView))
  return farthest.slice(0, Math.max(0, held.length + 1 - max))
}
