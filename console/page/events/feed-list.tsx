import type { VNode } from 'preact'
import { useReducer } from 'preact/hooks'
import type { EventRow as Row } from '../../../shared/audit/event-row.ts'
import type { Known } from '../../../shared/audit/sentences/facts.ts'
import type { Told } from '../../../shared/audit/sentences/fold.ts'
import { toSentence } from '../../../shared/audit/sentences/sentence.ts'
import { useKnown } from '../data/known.ts'
import { useKeys } from '../frame/keys.ts'
import { WindowList } from '../list/window-list.tsx'
import { dayWord } from '../parts/time-text.ts'
import { EventDetail } from './event-detail.tsx'
import { type ByValue, EventRow, nameOfRow } from './event-row.tsx'
import type { EventFeed } from './feed.ts'

interface FeedListProps {
  feed: EventFeed
  label: string
  /** The event that is open; empty: none. */
  open: string
  onOpen: (eventId: string) => void
  byValue?: ByValue | undefined
  /** The object on whose own page it stands. */
  own?: string
  /** Where there is less room than on the timeline. */
  compact?: boolean
  onDone?: (() => void) | undefined
}

const NO_KEYS = {}

/** The events of a feed: days, folded reads, rows that open in place. */
export function FeedList({ feed, label, open, onOpen, byValue, own, compact = false, onDone }: FeedListProps) {
  const known = useKnown(own)
  const [, redraw] = useReducer<number, void>((turn) => turn + 1, 0)
  useKeys(open === '' ? NO_KEYS : { Escape: () => onOpen('') })
  const shared = { byValue, onDone, known, open, onOpen, compact }
  const toggle = (index: number) => {
    const { told } = feed.line(index)
    const [first] = told?.rows ?? []
    if (!told || !first) return
    if (told.rows.length === 1) onOpen(open === first.EVENT_ID ? '' : first.EVENT_ID)
    else {
      const key = feed.keyOf(index)
      if (!feed.unfolded.delete(key)) feed.unfolded.add(key)
      redraw()
    }
  }
  // Rows that stay while one scrolls are drawn once: whatever else changes draws this list anew.
  const drawn = new Map<string, { told: Told; row: VNode }>()
  const render = (index: number) => {
    const { told, day } = feed.line(index)
    if (!told) return <div class="skeleton-row" />
    const key = feed.keyOf(index)
    const found = drawn.get(key)
    if (found?.told === told) return found.row
    const row = (
      <FeedLine {...{ told, day, ...shared }} isUnfolded={feed.unfolded.has(key)} onToggle={() => toggle(index)} />
    )
    drawn.set(key, { told, row })
    return row
  }
  return (
    <WindowList
      label={label}
      heights={feed.heights}
      keyOf={(index) => feed.keyOf(index)}
      total={feed.isWhole ? feed.count : undefined}
      isBusy={feed.isLoading}
      nameOf={(index) => nameOfRow(feed.line(index).told?.rows[0]?.EVENT_ID ?? '')}
      onNearEnd={() => void feed.more()}
      onSpan={(span) => feed.keep(span)}
      onOpen={toggle}
      render={render}
    />
  )
}

interface FeedLineProps extends Omit<FoldedProps, 'rows'> {
  told: Told
  day: string | undefined
  isUnfolded: boolean
  onToggle: () => void
  onDone?: (() => void) | undefined
}

/** A line of the feed, under its day where that begins with it. */
function FeedLine({ told, day, isUnfolded, onToggle, ...shared }: FeedLineProps) {
  const { rows } = told
  const [first] = rows
  if (!first) return null
  const isFold = rows.length > 1
  const isOpen = (isFold && isUnfolded) || rows.some(isRow(shared.open))
  const { own } = shared.known
  const short = isFold || own === undefined ? told : { ...told, sentence: toSentence(first, shared.known) }
  return (
    <>
      {day === undefined ? null : <DayHead time={first.EVENT_TIMESTAMP} day={day} />}
      <EventRow told={short} {...{ isOpen, onToggle, own }} byValue={shared.byValue} compact={shared.compact}>
        {isFold ? <Folded rows={rows} {...shared} /> : <EventDetail row={first} {...shared} />}
      </EventRow>
    </>
  )
}

const isRow = (eventId: string) => (row: Row) => row.EVENT_ID === eventId

const DayHead = ({ time, day }: { time: string; day: string }) => {
  const word = dayWord(time)
  return (
    <h2 class="day">
      {word === undefined ? (
        day
      ) : (
        <>
          {word} <span>{day}</span>
        </>
      )}
    </h2>
  )
}

interface FoldedProps {
  rows: readonly Row[]
  known: Known
  open: string
  onOpen: (eventId: string) => void
  byValue?: ByValue | undefined
  compact: boolean
}

/** Reads that were told together, each for itself. */
const Folded = ({ rows, known, open, onOpen, byValue, compact }: FoldedProps) => (
  <div class="folded">
    {rows.map((row) => (
      <EventRow
        key={row.EVENT_ID}
        told={{ rows: [row], sentence: toSentence(row, known) }}
        isOpen={open === row.EVENT_ID}
        onToggle={() => onOpen(open === row.EVENT_ID ? '' : row.EVENT_ID)}
        byValue={byValue}
        compact={compact}
        own={known.own}
      >
        <EventDetail row={row} known={known} byValue={byValue} />
      </EventRow>
    ))}
  </div>
)
