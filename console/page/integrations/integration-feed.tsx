import { FeedList } from '../events/feed-list.tsx'
import { useFeed } from '../events/use-feed.ts'
import { Empty } from '../parts/empty.tsx'
import { Problem } from '../parts/problem.tsx'
import { Segments } from '../parts/segments.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { oneOf, text, type ValuesOf } from '../router/schema.ts'

const SHOWS = ['all', 'changed', 'refused'] as const
const LABELS = { all: 'All', changed: 'Changes', refused: 'Refused' }
const OUTCOMES = { all: {}, changed: { outcome: 'changed' }, refused: { outcome: 'refused,failed' } }

/** The parameters of an integration's page. */
export const INTEGRATION = { show: oneOf(SHOWS, 'all'), open: text() }

interface IntegrationFeedProps {
  name: string
  values: ValuesOf<typeof INTEGRATION>
  set: (patch: Partial<ValuesOf<typeof INTEGRATION>>, options?: { typing?: boolean }) => void
  turn: number
}

/** What one integration asked, newest first. */
export function IntegrationFeed({ name, values: { show, open }, set, turn }: IntegrationFeedProps) {
  const question = { integration: name, type: 'ALL', last: 'all', allowEmpty: 'true', ...OUTCOMES[show] }
  const feed = useFeed(question, turn)
  return (
    <section class="history" aria-label="Timeline">
      <div class="history-head">
        <h2>Timeline</h2>
        <Segments
          label="What is shown of the timeline"
          choices={SHOWS.map((value) => ({ value, label: LABELS[value] }))}
          value={show}
          onChoose={(chosen) => set({ show: chosen, open: '' })}
        />
      </div>
      {feed.error ? (
        <Problem
          title="The events could not be read"
          error={feed.error}
          again={() => void feed.more()}
          age={feed.age}
        />
      ) : null}
      {feed.age === undefined && !feed.error ? (
        <div class="card events">
          <Skeleton rows={5} />
        </div>
      ) : null}
      {feed.age !== undefined && feed.count === 0 ? (
        <div class="card">
          <Empty title={show === 'all' ? 'Nothing came yet' : 'Nothing of this kind came'} />
        </div>
      ) : null}
      {feed.count > 0 ? (
        <div class="card events">
          <FeedList
            feed={feed}
            label="Events of the integration, newest first"
            open={open}
            compact
            onOpen={(event) => set({ open: event }, { typing: true })}
          />
        </div>
      ) : null}
    </section>
  )
}
