import { FeedList } from '../events/feed-list.tsx'
import { useFeed } from '../events/use-feed.ts'
import { Empty } from '../parts/empty.tsx'
import { Problem } from '../parts/problem.tsx'
import { Segments } from '../parts/segments.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import type { Show } from '../story/schema.ts'

type Question = Readonly<Record<string, string>>

/** What the choices ask of the history of a user, and of a role. */
const QUESTIONS: Readonly<Record<'user' | 'role', Readonly<Record<Show, Question>>>> = {
  user: {
    all: {},
    attributes: { kind: 'user', outcome: 'changed' },
    roles: { kind: 'role', outcome: 'changed' },
    refused: { outcome: 'refused,failed' },
  },
  role: {
    all: {},
    attributes: { outcome: 'changed' },
    roles: { outcome: 'changed', text: 'members' },
    refused: { outcome: 'refused,failed' },
  },
}

const LABELS: Readonly<Record<'user' | 'role', readonly { value: Show; label: string }[]>> = {
  user: [
    { value: 'all', label: 'All' },
    { value: 'attributes', label: 'Attributes' },
    { value: 'roles', label: 'Roles' },
    { value: 'refused', label: 'Refused' },
  ],
  role: [
    { value: 'all', label: 'All' },
    { value: 'roles', label: 'Members' },
    { value: 'refused', label: 'Refused' },
  ],
}

interface HistoryProps {
  id: string
  kind: 'user' | 'role'
  show: Show
  open: string
  /** Another one: it is asked for again. */
  turn: number
  /** The history until then. */
  at: number | undefined
  set: (patch: { show?: Show; open?: string }, options?: { typing?: boolean }) => void
  onDone: () => void
}

/** Everything that happened to one object, in sentences, newest first. */
export function History({ id, kind, show, open, turn, at, set, onDone }: HistoryProps) {
  const until: Question = at === undefined ? {} : { to: new Date(at).toISOString() }
  const question = { resource: id, type: 'ALL', last: 'all', allowEmpty: 'true', ...QUESTIONS[kind][show], ...until }
  const feed = useFeed(question, turn)
  return (
    <section class="history" aria-label="History">
      <div class="history-head">
        <h2>History</h2>
        <Segments
          label="What is shown of the history"
          choices={LABELS[kind]}
          value={show}
          onChoose={(chosen) => set({ show: chosen, open: '' })}
        />
      </div>
      {feed.error ? (
        <Problem
          title="The history could not be read"
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
          <Empty title={show === 'all' ? 'Nothing happened in what is kept' : 'Nothing of this kind happened'} />
        </div>
      ) : null}
      {feed.count > 0 ? (
        <div class="card events">
          <FeedList
            feed={feed}
            label="History, newest first"
            open={open}
            onOpen={(event) => set({ open: event }, { typing: true })}
            own={id}
            compact
            onDone={onDone}
          />
        </div>
      ) : null}
    </section>
  )
}
