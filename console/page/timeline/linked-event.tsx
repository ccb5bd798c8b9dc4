import type { EventRow as Row } from '../../../shared/audit/event-row.ts'
import { toSentence } from '../../../shared/audit/sentences/sentence.ts'
import { useKnown } from '../data/known.ts'
import { useApi } from '../data/use-api.ts'
import { EventDetail } from '../events/event-detail.tsx'
import { type ByValue, EventRow } from '../events/event-row.tsx'
import type { EventFeed } from '../events/feed.ts'

interface LinkedEventProps {
  id: string
  feed: EventFeed
  byValue: ByValue
  onClose: () => void
}

/** The event of a link that the list does not hold yet, above it. */
export function LinkedEvent({ id, feed, byValue, onClose }: LinkedEventProps) {
  const isMissing = id !== '' && feed.age !== undefined && feed.find(id) === undefined
  const { data: row } = useApi<Row>(isMissing ? ['events', id] : undefined)
  const known = useKnown()
  if (!isMissing || row?.EVENT_ID !== id) return null
  return (
    <section class="card events linked" aria-label="The event of the link">
      <p class="day">The event of the link</p>
      <EventRow told={{ rows: [row], sentence: toSentence(row, known) }} isOpen onToggle={onClose} byValue={byValue}>
        <EventDetail row={row} known={known} byValue={byValue} />
      </EventRow>
    </section>
  )
}
