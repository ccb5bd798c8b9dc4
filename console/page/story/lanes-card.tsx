import { useState } from 'preact/hooks'
import { safeText } from '../parts/safe-text.ts'
import { Time } from '../parts/time.tsx'
import { timeText } from '../parts/time-text.ts'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { AsOfPanel } from './as-of-panel.tsx'
import type { Interval, Lane } from './lanes.ts'
import { ACTIVE } from './moves.ts'
import { spanText } from './span-start.ts'
import { endLabel, ticksOf } from './ticks.ts'

/** Roles that are shown before the rest is asked for. */
const SHOWN = 12
const BAR_PX = 14

interface LanesCardProps {
  lanes: readonly Lane[]
  /** What the picture spans, in milliseconds since 1970. */
  from: number
  to: number
  /** The history before `from` was not read. */
  isCut: boolean
  at: number | undefined
  onAsOf: (at: number | undefined) => void
}

/** When a user was active and had which role: one lane each, a bar for each time, which leads to the event that began it. */
export function LanesCard({ lanes, from, to, isCut, at, onAsOf }: LanesCardProps) {
  const [showsAll, setShowsAll] = useState(false)
  const shown = showsAll ? lanes : lanes.slice(0, SHOWN + 1)
  return (
    <section class="card story">
      <div class="card-head">
        <h2>
          Roles over time <span class="meta">last {spanText(to - from)}</span>
        </h2>
        <AsOfPanel from={from} to={to} at={at} onAsOf={onAsOf} />
      </div>
      <div class="lanes">
        <Axis from={from} to={to} at={at} />
        {shown.map((lane) => (
          <LaneRow key={lane.key} lane={lane} from={from} to={to} />
        ))}
      </div>
      {lanes.length > shown.length ? (
        <button type="button" class="button small" onClick={() => setShowsAll(true)}>
          Show all {lanes.length - 1} roles
        </button>
      ) : null}
      {isCut ? (
        <p class="meta">Earlier changes are in the history below; the picture begins where it was read to.</p>
      ) : null}
      <LanesTable lanes={lanes} />
    </section>
  )
}

const share = (at: number, from: number, to: number): string =>
  `${((100 * (at - from)) / Math.max(1, to - from)).toFixed(3)}%`

function LaneRow({ lane, from, to }: { lane: Lane; from: number; to: number }) {
  const isActive = lane.key === ACTIVE
  const name = isActive ? lane.name : <Value text={lane.name} max={24} />
  return (
    <div class="lane">
      <span class="lane-name">{isActive ? name : <a href={addressOf(['roles', lane.key])}>{name}</a>}</span>
      {/* The table below says the same to those who hear the page. */}
      <svg class="lane-bars" height={BAR_PX + 2} aria-hidden="true">
        {lane.intervals.map((interval) => (
          <Bar
            key={interval.from}
            interval={interval}
            from={from}
            to={to}
            form={isActive ? 'active' : lane.isHeld ? 'held' : 'past'}
          />
        ))}
      </svg>
    </div>
  )
}

function Bar({ interval, from, to, form }: { interval: Interval; from: number; to: number; form: string }) {
  const event = interval.began ?? interval.ended
  const begin = Math.max(interval.from, from)
  const rect = (
    <rect
      class={`lane-bar ${form}${interval.began ? '' : ' faded'}`}
      x={share(begin, from, to)}
      y="1"
      width={share(from + Math.max(interval.to - begin, (to - from) / 150), from, to)}
      height={BAR_PX}
      rx="3"
      data-tip={tipOf(interval, to)}
    />
  )
  return event ? (
    <a href={addressOf(['timeline', event.EVENT_ID])} tabindex={-1}>
      {rect}
    </a>
  ) : (
    rect
  )
}

/** Who gave it and who took it, and when. */
function tipOf({ from, to, began, ended }: Interval, now: number): string {
  const by = (event: Interval['began']) => (event ? ` by ${safeText(event.ACTOR_NAME.split('/').at(-1) ?? '')}` : '')
  const since = began ? `From ${timeText(from, 'full')}${by(began)}` : `Since before ${timeText(from, 'full')}`
  return `${since} ${to >= now ? 'until now' : `to ${timeText(to, 'full')}${by(ended)}`}`
}

const Axis = ({ from, to, at: asOf }: Pick<LanesCardProps, 'from' | 'to' | 'at'>) => (
  <div class="lane axis" aria-hidden="true">
    <span class="lane-name" />
    <svg class="lane-bars" aria-hidden="true">
      {ticksOf(from, to).map(({ at, label }) => (
        <g key={at}>
          <line class="lane-tick" x1={share(at, from, to)} x2={share(at, from, to)} y1="0" y2="100%" />
          <text x={share(at, from, to)} y="100%" dy="-2" text-anchor="middle">
            {label}
          </text>
        </g>
      ))}
      {asOf === undefined ? null : (
        <line class="lane-tick as-of" x1={share(asOf, from, to)} x2={share(asOf, from, to)} y1="0" y2="100%" />
      )}
      <text x="100%" y="100%" dy="-2" text-anchor="end">
        {endLabel(from, to)}
      </text>
    </svg>
  </div>
)

/** The same for those who hear the page. */
const LanesTable = ({ lanes }: { lanes: readonly Lane[] }) => (
  <details class="twin">
    <summary>Show as table</summary>
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Role</th>
          <th scope="col">From</th>
          <th scope="col">To</th>
        </tr>
      </thead>
      <tbody>
        {lanes.flatMap(({ key, name, isHeld, intervals }) =>
          intervals.map(({ from, to, began, ended }, i) => (
            <tr key={`${key} ${from}`}>
              <th scope="row">
                <Value text={name} />
              </th>
              <td>{began ? <Time at={from} form="full" /> : 'before the history begins'}</td>
              <td>{ended || !isHeld || i < intervals.length - 1 ? <Time at={to} form="full" /> : 'now'}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  </details>
)
