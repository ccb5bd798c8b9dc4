import { useEffect, useReducer, useRef, useState } from 'preact/hooks'
import type uPlot from 'uplot'
import type { EventOutcome } from '../../../../shared/audit/outcome.ts'
import type { Counts } from './counts.ts'
import { AXIS_PX, coloursOf, plotOf, TOP_PX } from './plot.ts'
import { stackOf } from './stack.ts'

export interface ChosenRange {
  from: number
  to: number
}

interface PlotUse {
  counts: Counts
  shown: readonly EventOutcome[]
  onRange: (range: ChosenRange) => void
  onWiden: () => void
}

/** How wide a selection is at least, so that a click is none. */
const MIN_DRAG_PX = 4

let loading: Promise<typeof uPlot> | undefined

/** The plotting library and its style sheet come with the first chart, behind the list. */
function loadPlot(): Promise<typeof uPlot> {
  if (!loading) {
    const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '/console/uplot.css' })
    document.head.append(sheet)
    loading = import('uplot').then(({ default: Plot }) => Plot)
    loading.catch(() => {
      loading = undefined
    })
  }
  return loading
}

/** Draws the chart into an element, and again when its numbers, its width or its colours change. */
export function usePlot(holder: { current: HTMLDivElement | null }, use: PlotUse) {
  const plot = useRef<uPlot>(undefined)
  const [pointed, setPointed] = useState<number>()
  const [Plot, setPlot] = useState<{ Plot: typeof uPlot }>()
  const [drawn, redraw] = useReducer<number, void>((turn) => turn + 1, 0)
  const latest = useRef(use)
  latest.current = use
  const [isLost, setLost] = useState(false)
  useEffect(
    () =>
      void loadPlot().then(
        (loaded) => setPlot({ Plot: loaded }),
        () => setLost(true),
      ),
    [],
  )
  useRedrawing(holder, redraw)
  useEffect(() => {
    const element = holder.current
    if (!element || !Plot) return
    const { counts, shown } = latest.current
    const { width, height } = sizeOf(element)
    const made = plotOf({
      ...{ Plot: Plot.Plot, width, height, counts, colours: coloursOf(element) },
      stack: stackOf(counts, shown, height),
      hooks: {
        setCursor: [({ cursor }) => setPointed(bucketAt(cursor.idx, counts))],
        setSelect: [(made) => selected(made, latest.current)],
      },
      onWiden: () => latest.current.onWiden(),
    })
    plot.current = new Plot.Plot(...made, element)
    return () => plot.current?.destroy()
  }, [Plot, use.counts, use.shown.join(), drawn])
  return { plot, pointed, isLost }
}

const sizeOf = (element: Element) => {
  const { width, height } = element.getBoundingClientRect()
  return { width: Math.floor(width), height: Math.floor(height) - AXIS_PX - TOP_PX }
}

const bucketAt = (index: number | null | undefined, { buckets }: Counts): number | undefined =>
  typeof index === 'number' && index < buckets.length ? index : undefined

/** A drag chose a range; it is shown in the list, so nothing stays selected here. */
function selected(plot: uPlot, { onRange }: PlotUse): void {
  const { left, width } = plot.select
  if (width < MIN_DRAG_PX || plot.cursor.event === null || plot.cursor.event === undefined) return
  const [from, to] = [plot.posToVal(left, 'x') * 1000, plot.posToVal(left + width, 'x') * 1000]
  plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
  onRange({ from, to })
}

/** Width and colours are read anew when they change. */
function useRedrawing(holder: { current: HTMLDivElement | null }, redraw: () => void): void {
  useEffect(() => {
    const element = holder.current
    if (!element) return
    let width = element.getBoundingClientRect().width
    const observer = new ResizeObserver(() => {
      const now = element.getBoundingClientRect().width
      if (now === width) return
      width = now
      redraw()
    })
    observer.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const onTheme = () => redraw()
    scheme.addEventListener('change', onTheme)
    addEventListener('rolecall-theme', onTheme)
    void document.fonts.ready.then(onTheme)
    return () => {
      observer.disconnect()
      scheme.removeEventListener('change', onTheme)
      removeEventListener('rolecall-theme', onTheme)
    }
  }, [])
}
