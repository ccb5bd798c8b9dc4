import type { ComponentChildren } from 'preact'
import type { EventRow } from '../../../shared/audit/event-row.ts'
import { toFacts } from '../../../shared/audit/sentences/facts.ts'
import { useTokenName } from '../data/known.ts'
import { Time } from '../parts/time.tsx'
import { Value } from '../parts/value.tsx'
import { detailsOf } from './details.ts'
import { type ByValue, tookText } from './event-row.tsx'
import { objectAddress } from './object-address.ts'

interface EventFactsProps {
  row: EventRow
  byValue?: ByValue | undefined
  /** Everything, as on the event's own page. */
  isWhole?: boolean
}

/** Longer values lose their middle. */
const MAX_VALUE = 48

/** What is known of a request beside what it did; a click on a value shows only the events that have it. */
export function EventFacts({ row, byValue, isWhole = false }: EventFactsProps) {
  const { tokenId, detail } = toFacts(row, {})
  const { requestId, userAgent, query } = detailsOf(row)
  const took = tookText(row.DURATION_MS)
  const tokenName = useTokenName(tokenId)
  const isScim = row.EVENT_TYPE === 'SCIM'
  const filter = (name: string, value: string) => ({ name, value, byValue })
  return (
    <dl class="facts">
      {isScim ? (
        <>
          <Fact
            label="Integration"
            address={objectAddress('INTEGRATION', row.ACTOR_DOMAIN)}
            {...filter('integration', row.ACTOR_DOMAIN)}
          />
          <Fact label="Run-as role" {...filter('actor', row.ACTOR_NAME)} />
        </>
      ) : (
        <Fact label="Principal" {...filter('actor', row.ACTOR_NAME)} />
      )}
      {tokenId ? <Fact label="Token" {...filter('token', tokenId)} shown={tokenName} /> : null}
      <Fact label="Request" value={requestLine(row)} isCode />
      {detail && row.HTTP_STATUS >= 400 ? <Fact label="Answer" value={detail} max={400} /> : null}
      {isWhole || row.ERROR_CODE ? (
        <Fact label="Status" {...filter('status', String(row.HTTP_STATUS))} shown={row.ERROR_CODE ?? undefined} />
      ) : null}
      <Fact label="From" {...filter('address', row.CLIENT_IP)} />
      {took === '' || !isWhole ? null : <Fact label="Took" value={`${took}, until the event was written`} />}
      {userAgent ? <Fact label="Client" value={userAgent} /> : null}
      {query ? <Fact label="Query" value={query} isCode max={200} /> : null}
      {isWhole ? (
        <>
          <div>
            <dt>Time</dt>
            <dd>
              <Time at={row.EVENT_TIMESTAMP} form="full" />
              <div class="meta">{row.EVENT_TIMESTAMP}</div>
            </dd>
          </div>
          <Fact label="Event" value={row.EVENT_ID} isCode />
          {requestId ? <Fact label="Request id" {...filter('request', requestId)} isCode /> : null}
        </>
      ) : null}
    </dl>
  )
}

const ID = /\b([0-9a-f]{4})[0-9a-f]{4}-(?:[0-9a-f]{4}-){3}[0-9a-f]{8}([0-9a-f]{4})\b/gi

/** `PUT Users/0199…e41c`: without what all paths begin with; the raw event has the whole of it. */
const requestLine = ({ METHOD, ENDPOINT }: EventRow): string =>
  `${METHOD} ${ENDPOINT.replace(/^scim\/v2\//, '').replace(ID, '$1…$2')}`

interface FactProps {
  label: string
  value: string
  name?: string
  byValue?: ByValue | undefined
  /** A page of its own. */
  address?: string | undefined
  isCode?: boolean
  max?: number
  /** What stands there instead of the value. */
  shown?: string | undefined
}

function Fact({ label, value, name, byValue, address, isCode = false, max = MAX_VALUE, shown = value }: FactProps) {
  const text = <Value text={shown} max={max} />
  return (
    <div>
      <dt>{label}</dt>
      <dd>{isCode ? <code>{text}</code> : <FactValue {...{ name, value, byValue, address }}>{text}</FactValue>}</dd>
    </div>
  )
}

const BY_VALUE = 'Show only these; with Alt, all but these'

interface FactValueProps {
  name: string | undefined
  value: string
  byValue: ByValue | undefined
  address: string | undefined
  children: ComponentChildren
}

function FactValue({ name, value, byValue, address, children }: FactValueProps) {
  if (name !== undefined && byValue !== undefined && value !== '') {
    return (
      <button type="button" class="by-value" title={BY_VALUE} onClick={({ altKey }) => byValue(name, value, altKey)}>
        {children}
      </button>
    )
  }
  return address === undefined ? children : <a href={address}>{children}</a>
}
