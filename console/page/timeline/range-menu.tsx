import { useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { Panel } from '../parts/menu.tsx'
import { timeText } from '../parts/time-text.ts'
import type { SetQuery } from '../router/use-query.ts'
import { SPANS, spanWords } from './question.ts'
import type { TIMELINE, TimelineValues } from './schema.ts'

interface RangeProps {
  values: TimelineValues
  set: SetQuery<typeof TIMELINE>
}

function rangeText({ from, to, last }: TimelineValues): string {
  if (from !== '') return `${timeText(from, 'short')} to ${to === '' ? 'now' : timeText(to, 'short')}`
  return SPANS.find(({ value }) => value === last)?.label ?? spanWords(last).replace(/^t/, 'T')
}

/** From when to when: a span until now, or two instants. */
export function RangeMenu({ values, set }: RangeProps) {
  return (
    <Panel label={rangeText(values)} icon="clock">
      {(close) => {
        const choose = (patch: Parameters<typeof set>[0]) => {
          close()
          set(patch)
        }
        return (
          <>
            <div class="spans">
              {SPANS.map(({ value, label }) => (
                <button
                  type="button"
                  key={value}
                  class="span-choice"
                  aria-pressed={values.from === '' && values.last === value}
                  onClick={() => choose({ last: value, from: '', to: '' })}
                >
                  <span class="tick">{values.from === '' && values.last === value ? <Icon name="check" /> : null}</span>
                  {label}
                </button>
              ))}
            </div>
            <OwnRange values={values} onChoose={choose} />
          </>
        )
      }}
    </Panel>
  )
}

/** An instant as the field of a form has it, local. */
function toField(instant: string): string {
  const date = new Date(instant)
  if (Number.isNaN(date.getTime())) return ''
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

const toInstant = (field: string): string => (field === '' ? '' : new Date(field).toISOString())

function OwnRange({
  values,
  onChoose,
}: {
  values: TimelineValues
  onChoose: (patch: { from: string; to: string }) => void
}) {
  const [from, setFrom] = useState(toField(values.from))
  const [to, setTo] = useState(toField(values.to))
  const submit = (event: Event) => {
    event.preventDefault()
    onChoose({ from: toInstant(from), to: toInstant(to) })
  }
  return (
    <form class="own-range" onSubmit={submit}>
      <label class="field-line">
        <span>From</span>
        <input
          class="input"
          type="datetime-local"
          required
          value={from}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label class="field-line">
        <span>To, or empty for now</span>
        <input
          class="input"
          type="datetime-local"
          min={from}
          value={to}
          onInput={(event) => setTo(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button">
        Show this range
      </button>
    </form>
  )
}
