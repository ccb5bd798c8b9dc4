import { useState } from 'preact/hooks'
import { Panel } from '../parts/menu.tsx'

interface AsOfPanelProps {
  /** Where the history begins, and now. */
  from: number
  to: number
  at: number | undefined
  onAsOf: (at: number | undefined) => void
}

/** A time as the browser's field has it: local, to the minute. */
function localText(at: number): string {
  const date = new Date(at)
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** Noon of yesterday; the middle of a history that is younger. */
function firstChoice(from: number, to: number): number {
  const noon = new Date(to).setHours(12, 0, 0, 0) - 86_400_000
  return noon > from ? noon : (from + to) / 2
}

/** Chooses the time of which the page shows what was. */
export function AsOfPanel({ from, to, at, onAsOf }: AsOfPanelProps) {
  const [chosen, setChosen] = useState(localText(at ?? firstChoice(from, to)))
  const time = new Date(chosen).getTime()
  const isIn = time >= from && time <= to
  return (
    <Panel label="As of a day…" icon="clock" class="button small">
      {(close) => (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault()
            if (!isIn) return
            close()
            onAsOf(time)
          }}
        >
          <label class="field-line">
            <span>Day and time, local</span>
            <input
              class="input"
              type="datetime-local"
              value={chosen}
              min={localText(from)}
              max={localText(to)}
              onInput={(event) => setChosen(event.currentTarget.value)}
            />
          </label>
          {isIn ? null : <p class="meta">Choose a time between the beginning of the history and now.</p>}
          <button type="submit" class="button primary small" disabled={!isIn}>
            Show
          </button>
        </form>
      )}
    </Panel>
  )
}
