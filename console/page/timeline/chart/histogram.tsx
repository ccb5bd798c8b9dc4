import { useEffect, useRef, useState } from 'preact/hooks'
import type uPlot from 'uplot'
import type { EventOutcome } from '../../../../shared/audit/outcome.ts'
import { timeText } from '../../parts/time-text.ts'
import type { Bucket, Counts } from './counts.ts'
import { endsOf, joinBuckets, movePicked, type Picked } from './picking.ts'
import { type ChosenRange, usePlot } from './use-plot.ts'

interface HistogramProps {
  counts: Counts
  shown: readonly EventOutcome[]
  /** What the picture says, for those who do not see it. */
  sentence: string
  onRange: (range: ChosenRange) => void
  onWiden: () => void
}

/** A bucket in words: `14:30:00 to 14:45:00: 12 changed, 30 read, 0 refused, 1 failed`. */
export function bucketWords({ at, changed, read, refused, failed }: Bucket, seconds: number): string {
  const form = seconds >= 86_400 ? 'short' : 'clock'
  const span = `${timeText(at, form)} to ${timeText(at + seconds * 1000, form)}`
  return `${span}: ${changed} changed, ${read} read, ${refused} refused, ${failed} failed`
}

/**
 * Events over time as stacked bars. Dragging narrows, a double click widens; by keyboard: arrows move, Shift extends,
 * Enter narrows, Esc leaves.
 */
export function Histogram({ counts, shown, sentence, onRange, onWiden }: HistogramProps) {
  const holder = useRef<HTMLDivElement>(null)
  const [picked, setPicked] = useState<Picked>()
  const { plot, pointed, isLost } = usePlot(holder, { counts, shown, onRange, onWiden })
  useEffect(() => showPicked(plot.current, counts, picked), [picked, counts])
  if (isLost) return <p class="meta plot-missing">The chart could not be drawn here; its numbers show as a table.</p>
  const ends = picked ? endsOf(picked) : pointed === undefined ? undefined : ([pointed, pointed] as const)
  const told = ends && joinBuckets(counts, ...ends)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && ends && told) {
      setPicked(undefined)
      onRange({ from: told.bucket.at, to: told.bucket.at + told.seconds * 1000 })
    } else if (/^(Arrow(Left|Right)|Home|End|Escape)$/.test(event.key)) {
      setPicked(movePicked(picked, event.key, event.shiftKey, counts.buckets.length))
    } else return
    event.preventDefault()
  }
  return (
    <>
      <div
        class="plot"
        ref={holder}
        role="application"
        aria-label={`${sentence}. Arrows move, Shift extends, Enter narrows, Escape leaves`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved in by arrows
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => setPicked(undefined)}
      />
      <div class={told ? 'plot-tip' : 'plot-tip empty'} role={picked ? 'status' : undefined}>
        {told ? bucketWords(told.bucket, told.seconds) : null}
      </div>
    </>
  )
}

/** Marks what is picked as a drag would. */
function showPicked(plot: uPlot | undefined, { buckets, stepSeconds }: Counts, picked: Picked | undefined): void {
  if (!plot) return
  const [first, last] = picked ? endsOf(picked) : [0, -1]
  const [begin, end] = [buckets[first]?.at, buckets[last]?.at]
  if (begin === undefined || end === undefined) plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
  else {
    const left = plot.valToPos(begin / 1000, 'x')
    const right = plot.valToPos(end / 1000 + stepSeconds, 'x')
    plot.setSelect({ left, width: right - left, top: 0, height: plot.over.clientHeight }, false)
  }
}
