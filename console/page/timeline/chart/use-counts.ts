import { useCallback, useEffect, useState } from 'preact/hooks'
import type { EventRow } from '../../../../shared/audit/event-row.ts'
import { type ApiError, ask } from '../../data/api.ts'
import { accountNow } from '../../router/address.ts'
import { filtersOf, instantsOf, rangeOf } from '../question.ts'
import type { TimelineValues } from '../schema.ts'
import { addRows, type Counts, type CountsAnswer, stepFor, toCounts } from './counts.ts'

interface UsedCounts {
  data: Counts | undefined
  error: ApiError | undefined
  /** Counts what came since, without asking again. */
  add: (rows: readonly EventRow[]) => void
}

/** The numbers of the chart: asked once the list is there and how long events are kept, of all outcomes, so that a hidden one still bears its count. */
export function useCounts(
  values: TimelineValues,
  retentionDays: number | undefined,
  isWanted: boolean,
  turn: number,
): UsedCounts {
  const [data, setData] = useState<Counts>()
  const [error, setError] = useState<ApiError>()
  const filters = filtersOf(values)
  const key = JSON.stringify([accountNow(), filters, rangeOf(values), retentionDays, turn])
  useEffect(() => {
    if (!isWanted || retentionDays === undefined) return
    const stop = new AbortController()
    const range = instantsOf(values, Date.now(), retentionDays)
    const step = stepFor(range.to - range.from)
    const query = { ...filters, ...toInstants(range), step: `${step}s`, purpose: 'follow' }
    ask<CountsAnswer>({ path: ['events', 'counts'], query, signal: stop.signal }).then(
      (answer) => {
        setError(undefined)
        setData(toCounts(answer))
      },
      (failure) => stop.signal.aborted || setError(failure),
    )
    return () => stop.abort()
  }, [key, isWanted])
  const add = useCallback((rows: readonly EventRow[]) => setData((counts) => counts && addRows(counts, rows)), [])
  return { data, error, add }
}

const toInstants = ({ from, to }: { from: number; to: number }) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
})
