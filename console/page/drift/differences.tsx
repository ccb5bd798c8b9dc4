import { useMemo } from 'preact/hooks'
import { toSentence } from '../../../shared/audit/sentences/sentence.ts'
import type { Difference } from '../../../shared/drift/classes.ts'
import { useKnown } from '../data/known.ts'
import { Sentence } from '../events/sentence.tsx'
import { Heights } from '../list/window.ts'
import { WindowList } from '../list/window-list.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { addressOf } from '../router/address.ts'
import { navigate } from '../router/place.ts'
import { lastChangeOf } from './last-change.ts'
import { useLastChanges } from './use-last-change.ts'

const ROW_PX = 41

interface DifferencesProps {
  rows: readonly Difference[]
  label: string
  /** Whether they are here, so that something happened to them here. */
  isOfHere: boolean
}

/** Differences in rows, however many there are. */
export function Differences({ rows, label, isOfHere }: DifferencesProps) {
  const heights = useMemo(() => {
    const made = new Heights(() => ROW_PX)
    made.resize(rows.length)
    return made
  }, [rows.length])
  const last = isOfHere ? ['Last change here', 'When'] : ['More', 'Line']
  return (
    <>
      <div class="drift-row drift-columns" aria-hidden="true">
        {[rows.some(({ type }) => type === 'ROLE') ? 'Name' : 'User', 'Attribute', 'In the file', 'Here', ...last].map(
          (name) => (
            <span key={name}>{name}</span>
          ),
        )}
      </div>
      <WindowList
        label={label}
        heights={heights}
        total={rows.length}
        keyOf={(index) => `row ${index}`}
        nameOf={(index) => `difference-${index}`}
        onOpen={(index) => {
          const address = addressOfRow(rows[index])
          if (address) navigate(address)
        }}
        render={(index) => {
          const row = rows[index]
          return row ? <Row row={row} index={index} isOfHere={isOfHere} /> : null
        }}
      />
    </>
  )
}

const addressOfRow = (row: Difference | undefined): string | undefined =>
  row?.id === undefined ? undefined : addressOf([row.type === 'ROLE' ? 'roles' : 'users', row.id])

function Row({ row, index, isOfHere }: { row: Difference; index: number; isOfHere: boolean }) {
  const { name, attribute, there, here, line } = row
  const address = addressOfRow(row)
  const shown = <Value text={name} max={40} />
  return (
    <div class="drift-row">
      <span class="drift-name" id={`difference-${index}`}>
        {address === undefined ? shown : <a href={address}>{shown}</a>}
      </span>
      <span class="clip">{attribute === undefined ? null : <Value text={attribute} max={28} />}</span>
      <Side text={there} label="In the file" none={row.class === 'direct' ? 'not in this file' : 'none'} />
      <Side text={here} label="Here" none={attribute === 'members' ? '' : 'none'} isOurs />
      {isOfHere ? (
        <LastChange row={row} />
      ) : (
        <>
          <span class="quiet clip">{row.detail ? <Value text={row.detail} max={60} /> : null}</span>
          <span class="meta drift-when">{line === undefined ? '' : `line ${line.toLocaleString('en-US')}`}</span>
        </>
      )}
    </div>
  )
}

interface SideProps {
  text: string | undefined
  label: string
  none: string
  isOurs?: boolean
}

const Side = ({ text, label, none, isOurs = false }: SideProps) => (
  <span class="drift-side">
    <span class="unseen">{label}: </span>
    {text === undefined ? (
      <span class="meta">{none}</span>
    ) : (
      <span class={isOurs ? 'drift-value ours' : 'drift-value'}>
        <Value text={text} max={32} />
      </span>
    )}
  </span>
)

/** What happened last to it here, as its event tells it. */
function LastChange({ row: { id, attribute, detail } }: { row: Difference }) {
  const rows = useLastChanges(id)
  const known = useKnown(id)
  const event = rows && lastChangeOf(rows, attribute)
  if (!event) {
    const why = rows === undefined && id !== undefined ? '' : (detail ?? 'before the history begins')
    return (
      <>
        <span class="quiet clip">{why ? <Value text={why} max={60} /> : null}</span>
        <span />
      </>
    )
  }
  return (
    <>
      <span class="clip">
        <Sentence words={toSentence(event, known)} />
      </span>
      <a class="drift-when" href={addressOf(['timeline', event.EVENT_ID])}>
        <span class="unseen">The event of </span>
        <Time at={event.EVENT_TIMESTAMP} form="short" />
      </a>
    </>
  )
}
