import { useEffect, useRef, useState } from 'preact/hooks'
import { useSession } from '../data/session.tsx'
import type { ByValue } from '../events/event-row.tsx'
import { FeedList } from '../events/feed-list.tsx'
import { isNews } from '../events/news.ts'
import { useFeed } from '../events/use-feed.ts'
import { Page } from '../frame/page.tsx'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { useQuery } from '../router/use-query.ts'
import { EMPTY_COUNTS } from './chart/counts.ts'
import { HistogramCard } from './chart/histogram-card.tsx'
import { useCounts } from './chart/use-counts.ts'
import { Export } from './export.tsx'
import { Filters } from './filters.tsx'
import { FirstSteps } from './first-steps.tsx'
import { LinkedEvent } from './linked-event.tsx'
import { LiveButton, NewPill } from './live.tsx'
import { Nothing } from './nothing.tsx'
import {
  FIRST_RANGE,
  filtersOf,
  followingOf,
  isOpenRange,
  leavesOutQuestions,
  outcomesOf,
  rangeOf,
} from './question.ts'
import { RangeMenu } from './range-menu.tsx'
import { TIMELINE } from './schema.ts'
import { useLive } from './use-live.ts'

/** Every request as it arrives. */
export default function TimelinePage() {
  const { values, set } = useQuery(TIMELINE)
  const retentionDays = useSession()?.retentionDays
  const [turn, setTurn] = useState(0)
  const question = { ...filtersOf(values), ...outcomesOf(values) }
  const feed = useFeed({ ...question, ...rangeOf(values) }, turn)
  const counts = useCounts(values, retentionDays, feed.age !== undefined, turn)
  const top = useRef<HTMLDivElement>(null)
  const isAtTop = () => values.open === '' && (top.current?.getBoundingClientRect().bottom ?? 0) >= 0
  const live = useLive(feed, followingOf(values), isOpenRange(values), isAtTop, counts.add)
  const again = () => {
    setTurn((before) => before + 1)
  }
  const byValue: ByValue = (name, value, isNot) => set({ [name]: isNot ? `!${value}` : value, open: '' })
  const showNew = async () => {
    await feed.showPending()
    scrollTo(0, 0)
  }
  const isFirst = feed.age === undefined
  const news = feed.pending.filter(isNews).length
  return (
    <Page
      title="Timeline"
      schema={TIMELINE}
      before={news > 0 ? `(${news}) ` : undefined}
      actions={
        <>
          <LiveButton live={live} isPossible={isOpenRange(values)} />
          <RangeMenu values={values} set={set} />
          <Export values={values} />
        </>
      }
    >
      <Filters values={values} set={set} />
      <FirstSteps arrived={live.arrived} />
      <HistogramCard
        counts={counts.data ?? EMPTY_COUNTS}
        isKnown={counts.data !== undefined}
        error={counts.error}
        shown={values.show}
        onShow={(show) => set({ show })}
        onRange={({ from, to }) =>
          set({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), last: FIRST_RANGE.last })
        }
        back={values.from === '' ? undefined : () => set(FIRST_RANGE)}
      />
      <div ref={top} />
      <LinkedEvent id={values.open} feed={feed} byValue={byValue} onClose={() => set({ open: '' }, { typing: true })} />
      {feed.error ? (
        <Problem
          title="The events could not be read"
          error={feed.error}
          again={() => void feed.more()}
          age={feed.age}
        />
      ) : null}
      {live.error && !feed.error ? (
        <Problem title="New events do not come" error={live.error} again={live.again} age={feed.age} />
      ) : null}
      <NewPill count={news} onShow={() => void showNew()} />
      {isFirst && !feed.error ? (
        <div class="card events">
          <Skeleton rows={12} />
        </div>
      ) : null}
      {!isFirst && feed.count === 0 ? <Nothing values={values} set={set} /> : null}
      {feed.count > 0 ? (
        <>
          <Columns />
          <section class="card events">
            <FeedList
              feed={feed}
              label="Events, newest first"
              open={values.open}
              onOpen={(open) => set({ open }, { typing: true })}
              byValue={byValue}
              onDone={again}
            />
          </section>
          <p class="meta end">
            {feed.isWhole ? 'Nothing older in this range.' : 'Loading older events…'}
            {leavesOutQuestions(values)
              ? ' Questions of the history itself are left out: choose the kind audit for them.'
              : null}
          </p>
        </>
      ) : null}
      <Announcer count={live.arrived} />
    </Page>
  )
}

const Columns = () => (
  <div class="columns" aria-hidden="true">
    <span>Time</span>
    <span />
    <span>Event</span>
    <span class="number">Status</span>
    <span class="number">Took</span>
    <span class="from">From</span>
    <span />
  </div>
)

/** How long between two messages at least. */
const QUIET_MS = 10_000

/** Tells those who hear the page how many came, never more often than every ten seconds. */
function Announcer({ count }: { count: number }) {
  const [text, setText] = useState('')
  const said = useRef({ count, at: 0 })
  useEffect(() => {
    if (count === said.current.count) return
    const wait = Math.max(0, said.current.at + QUIET_MS - Date.now())
    const timer = setTimeout(() => {
      const fresh = count - said.current.count
      said.current = { count, at: Date.now() }
      setText(`${fresh} new ${fresh === 1 ? 'event' : 'events'}`)
    }, wait)
    return () => clearTimeout(timer)
  }, [count])
  return (
    <div class="unseen" role="status">
      {text}
    </div>
  )
}
