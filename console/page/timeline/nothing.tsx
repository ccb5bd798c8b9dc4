import { useApi } from '../data/use-api.ts'
import type { EventAnswer } from '../events/feed.ts'
import { Empty } from '../parts/empty.tsx'
import { Time } from '../parts/time.tsx'
import { relativeText } from '../parts/time-text.ts'
import type { SetQuery } from '../router/use-query.ts'
import { outcomesOf, spanWords } from './question.ts'
import { FILTERS, NO_FILTERS, TIMELINE, type TimelineValues } from './schema.ts'

interface NothingProps {
  values: TimelineValues
  set: SetQuery<typeof TIMELINE>
}

/** No event is shown: because of a filter, or of the range. */
export function Nothing({ values, set }: NothingProps) {
  const isFiltered = FILTERS.some((name) => values[name] !== '') || outcomesOf(values).outcome !== undefined
  if (isFiltered) {
    return (
      <Empty title="No event matches">
        <button type="button" class="button" onClick={() => set({ ...NO_FILTERS, show: TIMELINE.show.initial })}>
          Clear the filters
        </button>
      </Empty>
    )
  }
  return <NoneInRange values={values} set={set} />
}

function NoneInRange({ values, set }: NothingProps) {
  const { data } = useApi<EventAnswer>(['events'], {
    type: 'ALL',
    last: 'all',
    limit: 1,
    order: 'desc',
    allowEmpty: true,
    purpose: 'console',
  })
  const [latest] = data?.events ?? []
  const range = values.from === '' ? `in ${spanWords(values.last)}` : 'in this range'
  return (
    <Empty title={`Nothing ${range}`}>
      {latest ? (
        <>
          <p>
            The latest event was {relativeText(latest.EVENT_TIMESTAMP)},{' '}
            <Time at={latest.EVENT_TIMESTAMP} form="full" />.
          </p>
          <button type="button" class="button" onClick={() => set({ last: 'all', from: '', to: '' })}>
            Show all that is kept
          </button>
        </>
      ) : null}
    </Empty>
  )
}
