import { useState } from 'preact/hooks'
import type { EventRow as Row } from '../../../shared/audit/event-row.ts'
import { type Known, toFacts } from '../../../shared/audit/sentences/facts.ts'
import { toText } from '../../../shared/audit/sentences/parts.ts'
import { toSentence } from '../../../shared/audit/sentences/sentence.ts'
import { useKnown } from '../data/known.ts'
import { useSession } from '../data/session.tsx'
import { useApi } from '../data/use-api.ts'
import { Diff } from '../events/diff.tsx'
import { HistoryLink, WholeRequest } from '../events/event-detail.tsx'
import { EventFacts } from '../events/event-facts.tsx'
import { Mark } from '../events/mark.tsx'
import { markOf } from '../events/mark-of.ts'
import { RawEvent } from '../events/raw-event.tsx'
import { Remedy } from '../events/remedy.tsx'
import { remedyOf } from '../events/remedy-of.ts'
import { Sentence } from '../events/sentence.tsx'
import { isUndoable, UndoAction } from '../events/undo-action.tsx'
import { useMemberNames } from '../events/use-member-names.ts'
import { useKeys } from '../frame/keys.ts'
import { Page } from '../frame/page.tsx'
import type { PageProps } from '../pages.ts'
import { Copy } from '../parts/copy.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { Problem } from '../parts/problem.tsx'
import { Skeleton } from '../parts/skeleton.tsx'
import { Time } from '../parts/time.tsx'
import { addressOf } from '../router/address.ts'
import { navigate } from '../router/place.ts'
import { text } from '../router/schema.ts'
import { useQuery } from '../router/use-query.ts'
import { useNeighbours } from './use-neighbours.ts'

/** Whose history one walks, where that is another object than the event's own: a user's leads over its roles. */
const EVENT = { object: text() }

/** One event, for links. */
export default function EventPage({ params: { id = '' } }: PageProps) {
  const { data: row, error, again } = useApi<Row>(['events', id])
  const days = useSession()?.retentionDays
  if (error?.status === 404) {
    return (
      <Page title="Event" crumbs={<Crumbs />}>
        <Empty title="There is no such event">
          <p>{days === undefined ? null : `Events are kept ${days} days. `}It may be older, or of another account.</p>
          <a class="button" href={addressOf([])}>
            See the timeline
          </a>
        </Empty>
      </Page>
    )
  }
  if (error || row?.EVENT_ID !== id) {
    return (
      <Page title="Event" crumbs={<Crumbs />}>
        {error ? <Problem title="The event could not be read" error={error} again={again} /> : <Skeleton />}
      </Page>
    )
  }
  return <Shown row={row} again={again} />
}

const Crumbs = () => (
  <>
    <a href={addressOf([])}>Timeline</a>
    <Icon name="chevron" />
    <span>Event</span>
  </>
)

function Shown({ row, again }: { row: Row; again: () => void }) {
  const known = useKnown()
  const facts = toFacts(row, known)
  const names = useMemberNames(facts)
  const [showsRaw, setShowsRaw] = useState(false)
  const resource = useQuery(EVENT).values.object || (row.RESOURCE_ID ?? '')
  const neighbours = useNeighbours(row, resource)
  const words = toSentence(row, { ...known, names })
  const remedy = remedyOf(facts)
  const addressTo = ({ EVENT_ID, RESOURCE_ID }: Row) =>
    addressOf(['timeline', EVENT_ID], new URLSearchParams(RESOURCE_ID === resource ? {} : { object: resource }))
  const goTo = (event: Row | undefined) => event && navigate(addressTo(event))
  const toNeighbour = (label: string, event: Row | undefined) =>
    event && <Neighbour label={label} row={event} href={addressTo(event)} known={known} />
  useKeys({
    '[': () => goTo(neighbours.before),
    ']': () => goTo(neighbours.after),
    r: () => setShowsRaw(!showsRaw),
  })
  return (
    <Page
      title={`${toText(words)} · Event`}
      schema={EVENT}
      crumbs={<Crumbs />}
      heading={
        <span class="event-heading">
          <Mark {...markOf(facts)} />
          <Sentence words={words} />
        </span>
      }
      sub={
        <p class="meta">
          <Time at={row.EVENT_TIMESTAMP} form="full" />
        </p>
      }
      actions={isUndoable(facts) ? <UndoAction row={row} class="button" onDone={again} /> : null}
    >
      <div class="event-page">
        {remedy ? <Remedy remedy={remedy} /> : null}
        {facts.changes.length > 0 ? <Diff changes={facts.changes} names={names} /> : null}
        <section class="card event-facts" aria-label="Facts">
          <EventFacts row={row} isWhole byValue={(name, value, isNot) => navigate(filterAddress(name, value, isNot))} />
        </section>
        <div class="actions">
          <HistoryLink row={row} />
          <WholeRequest row={row} />
          <button type="button" class="button small" aria-expanded={showsRaw} onClick={() => setShowsRaw(!showsRaw)}>
            <Icon name="code" />
            Raw event
          </button>
          <Copy text={() => location.href} icon="link">
            Copy link
          </Copy>
        </div>
        {showsRaw ? <RawEvent row={row} /> : null}
        {toNeighbour('Before this', neighbours.before)}
        {toNeighbour('After this', neighbours.after)}
      </div>
    </Page>
  )
}

const filterAddress = (name: string, value: string, isNot: boolean): string =>
  addressOf([], new URLSearchParams({ [name]: isNot ? `!${value}` : value, last: 'all' }))

/** What happened to the same object next to this. */
function Neighbour({ label, row, href, known }: { label: string; row: Row; href: string; known: Known }) {
  const facts = toFacts(row, known)
  useMemberNames(facts)
  return (
    <section class="neighbour">
      <h2>{label}</h2>
      <a class="card neighbour-row" href={href}>
        <Time at={row.EVENT_TIMESTAMP} form="full" />
        <Mark {...markOf(facts)} />
        <span>{toText(toSentence(row, known))}</span>
      </a>
    </section>
  )
}
