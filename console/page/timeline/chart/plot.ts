import type uPlot from 'uplot'
import { OUTCOMES } from '../../../../shared/audit/outcome.ts'
import type { Counts } from './counts.ts'
import { labelTimes } from './counts.ts'
import type { Stack } from './stack.ts'

/** The colours of the chart, as the style sheet has them now. */
export interface ChartColours {
  changed: string
  read: string
  readEdge: string
  refused: string
  failed: string
  line: string
  text: string
}

/** Reads the tokens where the chart stands; they are registered as colours, so that they come as such. */
export function coloursOf(element: Element): ChartColours {
  const style = getComputedStyle(element)
  const of = (name: string) => style.getPropertyValue(`--chart-${name}`).trim()
  return {
    ...{ changed: of('changed'), read: of('read'), readEdge: of('read-edge') },
    ...{ refused: of('refused'), failed: of('failed'), line: of('line'), text: of('text') },
  }
}

interface PlotParts {
  Plot: typeof uPlot
  width: number
  height: number
  counts: Counts
  stack: Stack
  colours: ChartColours
  hooks: uPlot.Hooks.Arrays
  onWiden: () => void
}

/** Room below the bars for times, and above them. */
export const AXIS_PX = 20
export const TOP_PX = 14
/** The part of a step that its bar fills. */
const FILLED = 0.8

/** Options and data of the plot: bars as cumulative series, baseline and two lines, times below. */
export function plotOf(parts: PlotParts): [uPlot.Options, uPlot.AlignedData] {
  const { Plot, width, height, counts, stack, colours, hooks, onWiden } = parts
  const bars = Plot.paths.bars?.({ size: [FILLED, Number.POSITIVE_INFINITY], align: 1, gap: 0 })
  const highestFirst = OUTCOMES.toReversed()
  const options: uPlot.Options = {
    ...{ width, height: height + AXIS_PX + TOP_PX, pxAlign: 1, padding: [TOP_PX, 0, 0, 0] },
    legend: { show: false },
    cursor: {
      x: true,
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      bind: { dblclick: () => widening(onWiden) },
    },
    scales: {
      x: { time: true, range: () => [counts.from / 1000, (stack.x.at(-1) ?? 0) + counts.stepSeconds] },
      y: { range: () => [0, stack.max] },
    },
    axes: [timeAxis(counts, colours, width), countAxis(stack, colours)],
    series: [
      {},
      ...highestFirst.map((outcome) => ({
        ...{ fill: colours[outcome], width: 0, points: { show: false } },
        ...(bars && { paths: bars }),
      })),
    ],
    hooks: { ...hooks, draw: [(plot) => drawEdges(plot, counts, stack, colours), ...(hooks.draw ?? [])] },
  }
  return [options, [stack.x, ...highestFirst.map((outcome) => stack.tops[outcome])]]
}

const widening = (onWiden: () => void) => () => {
  onWiden()
  return null
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const CLOCK_S = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** Room that a time below the chart takes. */
const LABEL_PX = 52
/** Half of its text: nearer to an edge it would be cut. */
const EDGE_PX = 18

function timeAxis(counts: Counts, colours: ChartColours, width: number): uPlot.Axis {
  const times = labelTimes(
    counts,
    new Date(counts.to).getTimezoneOffset(),
    Math.max(3, Math.min(7, Math.floor(width / LABEL_PX))),
  )
  const edgeMs = ((counts.to - counts.from) * EDGE_PX) / width
  const shown = times.filter((time) => time - counts.from >= edgeMs && counts.to - time >= edgeMs)
  const gap = (times[1] ?? 0) - (times[0] ?? 0)
  const form = gap >= 86_400_000 ? DAY : gap > 0 && gap < 60_000 ? CLOCK_S : CLOCK
  return {
    ...{ size: AXIS_PX, gap: 6, font: '11px Geist, system-ui, sans-serif', stroke: colours.text },
    ...{ grid: { show: false }, ticks: { show: false }, border: { show: true, stroke: colours.line, width: 1 } },
    splits: () => shown.map((time) => time / 1000),
    values: (_plot, splits) => splits.map((time) => form.format(time * 1000)),
  }
}

/** Two lines and no numbers: the highest stands beside the upper one, in the page. */
const countAxis = ({ max }: Stack, { line }: ChartColours): uPlot.Axis => ({
  ...{ size: 0, gap: 0, ticks: { show: false }, grid: { stroke: line, width: 1 } },
  splits: () => [max / 2, max],
  values: () => [],
})

/** Reads are paler than is seen alone: their top has an edge. */
function drawEdges(plot: uPlot, counts: Counts, { x, tops }: Stack, { readEdge }: ChartColours): void {
  const { ctx } = plot
  ctx.save()
  ctx.fillStyle = readEdge
  const thick = 1.5 * devicePixelRatio
  for (const [i, bucket] of counts.buckets.entries()) {
    const time = x[i] ?? 0
    const top = tops.read[i] ?? 0
    if (bucket.read === 0 || top === (tops.changed[i] ?? 0)) continue
    const left = plot.valToPos(time, 'x', true)
    const right = plot.valToPos(time + counts.stepSeconds * FILLED, 'x', true)
    ctx.fillRect(Math.round(left), Math.round(plot.valToPos(top, 'y', true)), Math.round(right - left), thick)
  }
  ctx.restore()
}
