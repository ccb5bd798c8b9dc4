import { useRef, useState } from 'preact/hooks'
import { ApiError, ask } from '../data/api.ts'
import { knownBeside } from '../data/known.ts'
import { cursorOf } from '../events/cursor.ts'
import type { EventAnswer } from '../events/feed.ts'
import { Command } from '../parts/command.tsx'
import { download } from '../parts/download.ts'
import { Panel } from '../parts/menu.tsx'
import { Problem } from '../parts/problem.tsx'
import { beginningOf, type ExportForm, endOf, partOf } from './export-file.ts'
import { commandOf, filtersOf, outcomesOf, type Question, rangeOf } from './question.ts'
import type { TimelineValues } from './schema.ts'

/** Events that are fetched in one request for a file. */
const PART_ROWS = 1000

/** Every event of the filter as a file, newest first, part by part; and the command that does the same. */
export function Export({ values }: { values: TimelineValues }) {
  const { count, error, isRunning, run, cancel } = useExport({
    ...filtersOf(values),
    ...outcomesOf(values),
    ...rangeOf(values),
  })
  return (
    <Panel label="Export" icon="download">
      {() => (
        <div class="export">
          <p class="meta">All events of these filters, newest first, each with its sentence.</p>
          <div class="actions">
            <button type="button" class="button" disabled={isRunning} onClick={() => run('csv')}>
              CSV
            </button>
            <button type="button" class="button" disabled={isRunning} onClick={() => run('json')}>
              JSON
            </button>
            {isRunning ? (
              <button type="button" class="button quiet" onClick={cancel}>
                Cancel
              </button>
            ) : null}
          </div>
          <p class="meta" role="status">
            {count === undefined ? '' : `${count.toLocaleString('en-US')} events ${isRunning ? 'so far' : 'written'}`}
          </p>
          {error ? <Problem title="The file could not be written" error={error} /> : null}
          <Command words={[...commandOf(values), '--all', '--output', 'csv']} />
        </div>
      )}
    </Panel>
  )
}

function useExport(question: Question) {
  const [count, setCount] = useState<number>()
  const [error, setError] = useState<ApiError>()
  const stop = useRef<AbortController>(undefined)
  const [isRunning, setRunning] = useState(false)
  const run = async (form: ExportForm) => {
    stop.current = new AbortController()
    setError(undefined)
    setCount(0)
    setRunning(true)
    try {
      download(await write(form, question, stop.current.signal, setCount), `events.${form}`)
    } catch (failure) {
      setCount(undefined)
      if (!stop.current.signal.aborted)
        setError(failure instanceof ApiError ? failure : new ApiError(0, String(failure)))
    }
    setRunning(false)
  }
  return { count, error, isRunning, run, cancel: () => stop.current?.abort() }
}

/** Writes part by part: the browser holds finished parts outside of the page's memory. */
async function write(
  form: ExportForm,
  question: Question,
  signal: AbortSignal,
  onCount: (count: number) => void,
): Promise<Blob> {
  const known = { integrations: await knownBeside().integrations(), names: knownBeside().names }
  let file = new Blob([beginningOf(form)])
  let [before, count]: [string | undefined, number] = [undefined, 0]
  do {
    const more: Question = before === undefined ? {} : { before }
    const query = { ...question, ...more, order: 'desc', limit: PART_ROWS, purpose: 'export' }
    const { events, next }: EventAnswer = await ask<EventAnswer>({ path: ['events'], query, signal })
    file = new Blob([file, partOf(form, events, known, count === 0)])
    count += events.length
    onCount(count)
    const last = events.at(-1)
    before = next ?? (last && events.length >= PART_ROWS ? cursorOf(last) : undefined)
  } while (before !== undefined)
  return new Blob([file, endOf(form)], { type: form === 'csv' ? 'text/csv' : 'application/json' })
}
