import { useState } from 'preact/hooks'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { type Known, toFacts } from '../../../shared/audit/sentences/facts.ts'
import { Copy } from '../parts/copy.tsx'
import { Icon } from '../parts/icon.tsx'
import { safeText } from '../parts/safe-text.ts'
import { addressOf } from '../router/address.ts'
import { detailsOf } from './details.ts'
import { Diff } from './diff.tsx'
import { EventFacts } from './event-facts.tsx'
import type { ByValue } from './event-row.tsx'
import { objectAddress } from './object-address.ts'
import { RawEvent } from './raw-event.tsx'
import { Remedy } from './remedy.tsx'
import { remedyOf } from './remedy-of.ts'
import { isUndoable, UndoAction } from './undo-action.tsx'
import { useMemberNames } from './use-member-names.ts'

interface EventDetailProps {
  row: EventRow
  known: Known
  byValue?: ByValue | undefined
  /** Something was undone: what is shown should be asked for again. */
  onDone?: (() => void) | undefined
}

/** The open part of a row: what mends it first, then before and after, the facts, and where to go from here. */
export function EventDetail({ row, known, byValue, onDone }: EventDetailProps) {
  const [showsRaw, setShowsRaw] = useState(false)
  const facts = toFacts(row, known)
  const names = useMemberNames(facts)
  const remedy = remedyOf(facts)
  return (
    <div class="detail">
      {remedy ? <Remedy remedy={remedy} onDone={onDone} /> : null}
      {facts.changes.length > 0 ? <Diff changes={facts.changes} names={names} /> : null}
      <EventFacts row={row} byValue={byValue} />
      {showsRaw ? <RawEvent row={row} /> : null}
      <div class="actions">
        <HistoryLink row={row} />
        <WholeRequest row={row} />
        <button type="button" class="button small" aria-expanded={showsRaw} onClick={() => setShowsRaw(!showsRaw)}>
          <Icon name="code" />
          Raw event
        </button>
        <Copy text={() => location.origin + addressOf(['timeline', row.EVENT_ID])} icon="link">
          Copy link
        </Copy>
        <span class="spread" />
        {isUndoable(facts) ? <UndoAction row={row} {...(onDone && { onDone })} /> : null}
      </div>
    </div>
  )
}

/** To all that happened to the object. */
export function HistoryLink({ row }: { row: EventRow }) {
  const address = objectAddress(
    row.RESOURCE_DOMAIN,
    row.RESOURCE_DOMAIN === 'INTEGRATION' ? row.RESOURCE_NAME : row.RESOURCE_ID,
  )
  if (address === undefined) return null
  const name = row.RESOURCE_NAME ?? 'the object'
  return (
    <a class="button small" href={address}>
      <Icon name="clock" />
      History of {safeText(row.RESOURCE_DOMAIN === 'USER' ? name.replace(/(?<=.)@.*$/s, '') : name).slice(0, 40)}
    </a>
  )
}

/** To the other operations of a Bulk request. */
export function WholeRequest({ row }: { row: EventRow }) {
  const { requestId, total } = detailsOf(row)
  const isOfBulk = total !== undefined && row.METHOD !== 'GET' && !row.ENDPOINT.endsWith('.search')
  if (!requestId || !isOfBulk) return null
  return (
    <a class="button small" href={addressOf([], new URLSearchParams({ request: requestId, last: 'all' }))}>
      <Icon name="roles" />
      All of this request
    </a>
  )
}
