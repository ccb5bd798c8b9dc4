import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks'
import { useKeys } from '../frame/keys.ts'
import { type Heights, type Span, spanOf } from './window.ts'

interface WindowListProps {
  /** What it lists, for those who hear it. */
  label: string
  /** Rows that are known; their heights are kept by who holds the rows, so that Back finds them. */
  heights: Heights
  keyOf: (index: number) => string
  /** What stands in the row. */
  render: (index: number) => ComponentChildren
  /** How many there are in all, where that is known. */
  total?: number | undefined
  isBusy?: boolean
  /** The id of what names the row, within it. */
  nameOf?: (index: number) => string
  /** Fewer than two screens of rows are left below. */
  onNearEnd?: (() => void) | undefined
  /** Rows that are drawn; those that were let go must be fetched again. */
  onSpan?: ((span: Span) => void) | undefined
  /** Enter or `o` on a row. */
  onOpen?: ((index: number) => void) | undefined
}

/** Heights that were measured, of whatever row an element shows. */
const measured = new WeakMap<Element, number>()

/**
 * A list of any length of which at most 80 rows are in the document. It scrolls with the page, keeps what one reads
 * where it is while rows above it grow, and is a feed (WAI-ARIA): rows say which of how many they are.
 */
export function WindowList(props: WindowListProps) {
  const { label, heights, keyOf, render, total, isBusy = false, nameOf, onOpen } = props
  const feed = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(-1)
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0)
  const span = useSpan(feed, heights, redraw)
  useMeasuring(feed, heights, span, redraw)
  useNearness(props, span)
  const move = (to: number) => {
    const index = Math.max(0, Math.min(heights.count - 1, to))
    setActive(index)
    reveal(feed.current, heights, index, span)
  }
  useFocus(feed, active, span)
  useKeys({
    j: () => move(active + 1),
    k: () => move(active < 0 ? 0 : active - 1),
    o: () => active >= 0 && onOpen?.(active),
  })
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { PageDown: 1, PageUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      move(active + step)
    }
    if (event.key === 'Enter' && (event.target as Element).matches('article')) onOpen?.(active)
  }
  const focusable = active >= span.first && active < span.end ? active : span.first
  const rows = Array.from({ length: span.end - span.first }, (_, i) => span.first + i)
  return (
    <div
      class="feed"
      role="feed"
      aria-label={label}
      aria-busy={isBusy}
      ref={feed}
      onKeyDown={onKeyDown}
      style={{
        paddingTop: `${heights.top(span.first)}px`,
        paddingBottom: `${heights.top(heights.count) - heights.top(span.end)}px`,
      }}
    >
      {rows.map((index) => (
        <article
          key={keyOf(index)}
          class="item"
          tabIndex={index === focusable ? 0 : -1}
          aria-posinset={index + 1}
          aria-setsize={total ?? -1}
          aria-labelledby={nameOf?.(index)}
          onFocus={(event) => event.target === event.currentTarget && setActive(index)}
        >
          {render(index)}
        </article>
      ))}
    </div>
  )
}

type FeedRef = { current: HTMLDivElement | null }

/** Room that the bars at the edges of the window take from what is seen. */
const EDGE_PX = 72

const topOf = (feed: Element | null): number => (feed ? feed.getBoundingClientRect().top + scrollY : 0)

/** Which rows are in view, as the page scrolls. */
function useSpan(feed: FeedRef, heights: Heights, redraw: () => void): Span {
  const last = useRef('')
  const spanNow = () => spanOf(heights, scrollY - topOf(feed.current), innerHeight)
  useEffect(() => {
    const onScroll = () => {
      const { first, end } = spanNow()
      if (last.current !== `${first} ${end}`) redraw()
    }
    addEventListener('scroll', onScroll, { passive: true })
    addEventListener('resize', onScroll)
    return () => {
      removeEventListener('scroll', onScroll)
      removeEventListener('resize', onScroll)
    }
  }, [heights])
  const span = spanNow()
  last.current = `${span.first} ${span.end}`
  return span
}

/** Measures what is drawn; what grows above the window moves the page along, so that nothing jumps. */
function useMeasuring(feed: FeedRef, heights: Heights, span: Span, redraw: () => void): void {
  const drawn = useRef(span)
  drawn.current = span
  const take = () => {
    const { first } = drawn.current
    const seenFrom = scrollY - topOf(feed.current)
    let [changed, above] = [false, 0]
    for (const [i, row] of [...(feed.current?.children ?? [])].entries()) {
      const height = measured.get(row)
      if (height === undefined) continue
      const isAbove = heights.top(first + i + 1) <= seenFrom
      const more = heights.measure(first + i, height)
      if (more === 0) continue
      changed = true
      if (isAbove) above += more
    }
    if (above !== 0) scrollBy(0, above)
    if (changed) redraw()
  }
  const observer = useRef<ResizeObserver>(undefined)
  const observed = useRef(new Set<Element>())
  useLayoutEffect(() => {
    observer.current ??= new ResizeObserver((entries) => {
      for (const { target } of entries) measured.set(target, target.getBoundingClientRect().height)
      take()
    })
    for (const row of observed.current) {
      if (row.isConnected) continue
      observer.current.unobserve(row)
      observed.current.delete(row)
    }
    for (const row of feed.current?.children ?? []) {
      if (observed.current.has(row)) continue
      observer.current.observe(row)
      observed.current.add(row)
    }
    take()
  })
  useEffect(() => () => observer.current?.disconnect(), [])
}

/** Tells what is drawn, and when the end is near. */
function useNearness({ heights, onNearEnd, onSpan }: WindowListProps, { first, end }: Span): void {
  useEffect(() => {
    onSpan?.({ first, end })
    const left = heights.top(heights.count) - heights.top(end)
    if (left < 2 * innerHeight) onNearEnd?.()
  }, [first, end, heights.count])
}

/** The row that has the focus keeps it while it is drawn. */
function useFocus(feed: FeedRef, active: number, span: Span): void {
  const given = useRef(-1)
  useLayoutEffect(() => {
    if (active === given.current) return
    const row = feed.current?.children[active - span.first]
    if (!(row instanceof HTMLElement)) return
    given.current = active
    if (!row.contains(document.activeElement)) row.focus({ preventScroll: true })
  })
}

/** Scrolls no further than is needed to see the whole row. */
function reveal(feed: Element | null, heights: Heights, index: number, span: Span): void {
  const top = topOf(feed) + heights.top(index)
  const bottom = top + heights.of(index)
  const isDrawn = index >= span.first && index < span.end
  if (top < scrollY + EDGE_PX || !isDrawn) scrollTo(0, top - EDGE_PX)
  else if (bottom > scrollY + innerHeight - EDGE_PX) {
    scrollTo(0, Math.min(top - EDGE_PX, bottom - innerHeight + EDGE_PX))
  }
}
