import type { ComponentChildren } from 'preact'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'
import type { Told } from '../../../shared/audit/sentences/fold.ts'
import { Icon } from '../parts/icon.tsx'
import { Status } from '../parts/status.tsx'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { Mark } from './mark.tsx'
import { markOf } from './mark-of.ts'
import { Sentence } from './sentence.tsx'

/** What a click on a value asks for: only the events that have it; with Alt, only those that have not. */
export type ByValue = (name: string, value: string, isNot: boolean) => void

interface EventRowProps {
  told: Told
  isOpen: boolean
  onToggle: () => void
  byValue?: ByValue | undefined
  /** Where there is less room: without the columns that hardly differ there. */
  compact?: boolean
  /** The object on whose own page it stands. */
  own?: string | undefined
  /** What the row opens to, in place. */
  children?: ComponentChildren
}

/** The id by which what names a row is found. */
export const nameOfRow = (eventId: string): string => `row-${eventId}`

/** One line of a history: an event, or reads that are told together; it opens in place. */
export function EventRow({ told, isOpen, onToggle, byValue, compact = false, own, children }: EventRowProps) {
  const [row] = told.rows
  if (!row) return null
  const facts = toFacts(row, {})
  const mark = markOf(facts)
  const isRead = mark.icon === 'eye' && mark.tone === 'plain'
  const detailId = `detail-${row.EVENT_ID}`
  const onClick = ({ target }: MouseEvent) => {
    const isText = !(target instanceof Element && target.closest('a, button'))
    if (isText && (getSelection()?.isCollapsed ?? true)) onToggle()
  }
  return (
    <div class={isOpen ? 'event open' : 'event'}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button at its end does the same for keys */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
      <div class={`event-row${isRead ? ' read' : ''}${compact ? ' compact' : ''}`} onClick={onClick}>
        <Time at={row.EVENT_TIMESTAMP} />
        <Mark {...mark} />
        <Sentence words={told.sentence} id={nameOfRow(row.EVENT_ID)} own={own} />
        <ByValueText name="status" value={String(row.HTTP_STATUS)} byValue={byValue}>
          <Status status={row.HTTP_STATUS} />
        </ByValueText>
        {compact ? null : (
          <>
            <span class="took" data-tip={TOOK_TIP}>
              {told.rows.length > 1 ? null : tookText(row.DURATION_MS)}
            </span>
            <span class="from">
              <ByValueText name="address" value={row.CLIENT_IP} byValue={byValue}>
                <Value text={row.CLIENT_IP} />
              </ByValueText>
            </span>
          </>
        )}
        <button
          type="button"
          class="bare expander"
          tabIndex={-1}
          aria-expanded={isOpen}
          aria-controls={isOpen ? detailId : undefined}
          aria-label={isOpen ? 'Close' : 'Open'}
          onClick={onToggle}
        >
          <Icon name="chevron" />
        </button>
      </div>
      {isOpen ? <div id={detailId}>{children}</div> : null}
    </div>
  )
}

const TOOK_TIP = 'From the arrival of the request until its event was written, together with the change'

/** `38 ms`, `1.2 s`; nothing where nobody measured it. */
export function tookText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return ''
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

interface ByValueTextProps {
  name: string
  value: string
  byValue: ByValue | undefined
  children: ComponentChildren
}

/** A value that is also a filter: a click shows only what has it. In rows the keyboard finds it in the open part. */
function ByValueText({ name, value, byValue, children }: ByValueTextProps) {
  if (byValue === undefined || value === '') return children
  return (
    <button
      type="button"
      class={`by-value ${name}`}
      tabIndex={-1}
      onClick={({ altKey }) => byValue(name, value, altKey)}
    >
      {children}
      <span class="unseen">, show only these</span>
    </button>
  )
}
