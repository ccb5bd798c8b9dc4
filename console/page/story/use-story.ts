import { useEffect, useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { ApiError, ask } from '../data/api.ts'
import type { EventAnswer } from '../events/feed.ts'

/** What is known of an object's history, newest first. */
export interface Story {
  rows: readonly EventRow[]
  /** Where it begins: the start of the retention, or the oldest event that was read of more. */
  from: number
  /** Every page that is kept was read. */
  isWhole: boolean
}

const PAGE_ROWS = 200
/** Pages that are read for one picture. */
const MAX_PAGES = 20

/** What changed one object in all that is kept, without reads and refusals. */
export function useStory(
  id: string | undefined,
  turn: number,
): { story: Story | undefined; error: ApiError | undefined } {
  const [state, setState] = useState<{ story?: Story; error?: ApiError }>({})
  useEffect(() => {
    if (id === undefined) return
    const stop = new AbortController()
    loadStory(id, stop.signal).then(
      (story) => stop.signal.aborted || setState({ story }),
      (error) =>
        stop.signal.aborted || setState({ error: error instanceof ApiError ? error : new ApiError(0, String(error)) }),
    )
    return () => stop.abort()
  }, [id, turn])
  return { story: state.story, error: state.error }
}

async function loadStory(id: string, signal: AbortSignal): Promise<Story> {
  const question = {
    ...{ resource: id, type: 'ALL', last: 'all', changesOnly: true, order: 'desc', allowEmpty: true },
    ...{ limit: PAGE_ROWS, purpose: 'console' },
  }
  const rows: EventRow[] = []
  let [before, from]: [string | undefined, number] = [undefined, 0]
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { ...question, ...(before && { before }) }
    const answer: EventAnswer = await ask<EventAnswer>({ path: ['events'], query, signal })
    rows.push(...answer.events)
    from = Date.parse(answer.from)
    before = answer.next
    if (before === undefined) return { rows, from, isWhole: true }
  }
  return { rows, from: Date.parse(rows.at(-1)?.EVENT_TIMESTAMP ?? '') || from, isWhole: false }
}
