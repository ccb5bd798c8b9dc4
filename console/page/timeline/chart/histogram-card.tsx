import { useState } from 'preact/hooks'
import { type EventOutcome, OUTCOMES } from '../../../../shared/audit/outcome.ts'
import type { ApiError } from '../../data/api.ts'
import { Time } from '../../parts/time.tsx'
import { timeText } from '../../parts/time-text.ts'
import { type Counts, niceMax, stepWords, totalsOf } from './counts.ts'
import { Histogram } from './histogram.tsx'
import type { ChosenRange } from './use-plot.ts'

interface HistogramCardProps {
  counts: Counts
  isKnown: boolean
  error: ApiError | undefined
  shown: readonly EventOutcome[]
  onShow: (shown: readonly EventOutcome[]) => void
  onRange: (range: ChosenRange) => void
  /** Back to the first range; only where another is shown. */
  back: (() => void) | undefined
}

const LABELS: Readonly<Record<EventOutcome, string>> = {
  changed: 'Changed',
  read: 'Read',
  refused: 'Refused',
  failed: 'Failed',
}

/** The chart of the timeline; its legend is the filter by outcome, and bears the counts. */
export function HistogramCard({ counts, isKnown, error, shown, onShow, onRange, back }: HistogramCardProps) {
  const [isTable, setTable] = useState(false)
  const totals = totalsOf(counts)
  const toggle = (outcome: EventOutcome) => {
    const next = OUTCOMES.filter((other) => (other === outcome ? !shown.includes(other) : shown.includes(other)))
    if (next.length > 0) onShow(next)
  }
  return (
    <section class="card chart" aria-label="Events by outcome">
      <div class="legend">
        {OUTCOMES.map((outcome) => (
          <button
            type="button"
            key={outcome}
            aria-pressed={shown.includes(outcome)}
            onClick={() => toggle(outcome)}
            title={shown.includes(outcome) ? 'Press to hide these' : 'Press to show these'}
          >
            <span class={`swatch ${outcome}`} />
            {LABELS[outcome]} <b>{isKnown ? totals[outcome].toLocaleString('en-US') : '–'}</b>
          </button>
        ))}
        <span class="hint meta">
          {back ? (
            <button type="button" class="button quiet small" onClick={back}>
              Back to 24 hours
            </button>
          ) : null}
          {isKnown ? `${stepWords(counts.stepSeconds)} · drag to narrow` : null}
          {isKnown ? (
            <button type="button" class="button quiet small" aria-expanded={isTable} onClick={() => setTable(!isTable)}>
              {isTable ? 'Show as chart' : 'Show as table'}
            </button>
          ) : null}
        </span>
      </div>
      {error ? (
        <p class="meta plot-missing">
          {isKnown ? 'What is shown was counted before' : 'The chart could not be counted'}: {error.message}
        </p>
      ) : null}
      {isTable ? <CountsTable counts={counts} /> : null}
      {isKnown && !isTable ? <Picture counts={counts} shown={shown} totals={totals} onRange={onRange} /> : null}
      {!isKnown && !error ? <div class="plot" /> : null}
      {counts.countedFrom === undefined ? null : (
        <p class="meta">
          There is more than can be counted at once: counted since <Time at={counts.countedFrom} form="full" />. Narrow
          the range to count all of it.
        </p>
      )}
    </section>
  )
}

interface PictureProps extends Pick<HistogramCardProps, 'counts' | 'shown' | 'onRange'> {
  totals: Readonly<Record<EventOutcome, number>>
}

function Picture({ counts, shown, totals, onRange }: PictureProps) {
  const sums = counts.buckets.map((bucket) => shown.reduce((sum, outcome) => sum + bucket[outcome], 0))
  const told = shown.map((outcome) => `${totals[outcome]} ${outcome}`).join(', ')
  const range = `from ${timeText(counts.from, 'full')} to ${timeText(counts.to, 'full')}`
  const widen = () => {
    const half = (counts.to - counts.from) / 2
    onRange({ from: counts.from - half, to: Math.min(Date.now(), counts.to + half) })
  }
  return (
    <div class="picture">
      <span class="meta highest" aria-hidden="true">
        {niceMax(Math.max(0, ...sums)).toLocaleString('en-US')}
      </span>
      <Histogram
        counts={counts}
        shown={shown}
        sentence={`Events ${stepWords(counts.stepSeconds)}, ${range}: ${told}`}
        onRange={onRange}
        onWiden={widen}
      />
    </div>
  )
}

/** The same numbers as a table; steps without events are left out. */
const CountsTable = ({ counts: { buckets, stepSeconds } }: { counts: Counts }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
  <section class="counts-table" tabIndex={0} aria-label="Events by outcome, as a table">
    <table>
      <thead>
        <tr>
          <th scope="col">From</th>
          {OUTCOMES.map((outcome) => (
            <th scope="col" key={outcome} class="number">
              {LABELS[outcome]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {buckets
          .filter((bucket) => OUTCOMES.some((outcome) => bucket[outcome] > 0))
          .map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row">{timeText(bucket.at, stepSeconds >= 86_400 ? 'short' : 'full')}</th>
              {OUTCOMES.map((outcome) => (
                <td key={outcome} class="number">
                  {bucket[outcome].toLocaleString('en-US')}
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  </section>
)
