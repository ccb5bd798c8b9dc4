import { Time } from '../parts/time.tsx'
import { AsOfPanel } from '../story/as-of-panel.tsx'
import { spanStart } from '../story/span-start.ts'
import { endLabel, ticksOf } from '../story/ticks.ts'
import type { Story } from '../story/use-story.ts'
import { memberCounts } from './member-counts.ts'

interface MembersLineProps {
  id: string
  /** Members now. */
  count: number
  story: Story
  at: number | undefined
  now: number
  onAsOf: (at: number | undefined) => void
}

const WIDTH = 1000
const HEIGHT = 80

/** A line of how many members a role had; the same as a table. */
export function MembersLine({ id, count, story, at, now, onAsOf }: MembersLineProps) {
  const from = spanStart(story, now)
  const points = memberCounts(count, story.rows, id, from)
  const most = Math.max(1, ...points.map(({ members }) => members))
  const x = (time: number) => ((WIDTH * (time - from)) / Math.max(1, now - from)).toFixed(1)
  const y = (members: number) => (HEIGHT - (HEIGHT - 6) * (members / most) - 2).toFixed(1)
  const path = points
    .map(
      ({ at: time, members }, i) =>
        `${i === 0 ? `M${x(time)}` : `H${x(time)}`} ${i === 0 ? y(members) : `V${y(members)}`}`,
    )
    .join(' ')
  const values = points.map(({ members }) => members)
  return (
    <section class="card story">
      <div class="card-head">
        <h2>
          Members over time <span class="meta">at most {most.toLocaleString('en-US')}</span>
        </h2>
        <AsOfPanel from={from} to={now} at={at} onAsOf={onAsOf} />
      </div>
      <svg
        class="line-chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Between ${Math.min(...values)} and ${Math.max(...values)} members, ${count} now`}
      >
        <path class="line-path" d={`${path} H${WIDTH}`} vector-effect="non-scaling-stroke" />
      </svg>
      <svg class="line-axis" aria-hidden="true">
        {ticksOf(from, now).map(({ at: time, label }) => (
          <text key={time} x={`${(100 * (time - from)) / Math.max(1, now - from)}%`} y="12" text-anchor="middle">
            {label}
          </text>
        ))}
        <text x="100%" y="12" text-anchor="end">
          {endLabel(from, now)}
        </text>
      </svg>
      <details class="twin">
        <summary>Show as table</summary>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">Members</th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ at: time, members }) => (
              <tr key={`${time} ${members}`}>
                <td>
                  <Time at={time} form="full" />
                </td>
                <td class="number">{members.toLocaleString('en-US')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  )
}
