import { parseSpan } from '../../auth/span.ts'
import type { Facts } from './facts.ts'
import { doing, type Kind, type Kinds } from './kind.ts'
import { say, several, type Words } from './parts.ts'
import { spanText } from './time.ts'

/** What a question of the history was asked for, where that is known: its `purpose`. */
const PURPOSES: Readonly<Record<string, Kind>> = {
  console: { ...doing('opened', 'open', () => say`the console`), read: () => 'opened the console' },
  drift: doing('ran', 'run', () => say`a drift report`),
  export: {
    done: ({ part }) => say`exported ${part === undefined ? 'events' : several(part, 'event')}`,
    attempt: () => say`export events`,
  },
  follow: { ...doing('followed', 'follow', () => say`the events`), read: () => 'followed the events' },
}

/** The kind of a request that says what it is for. */
export const purposeOf = ({ query: { purpose } }: Facts): Kind | undefined =>
  purpose !== undefined && Object.hasOwn(PURPOSES, purpose) ? PURPOSES[purpose] : undefined

/** `read 200 events of the last 5 minutes`; seconds are told as they are. */
function asked(facts: Facts): Words {
  const { part, query } = facts
  const events = part === undefined ? 'events' : several(part, 'event')
  return say`${events}${query.resource && ` about ${query.resource}`}${rangeText(facts)}`
}

function rangeText({ query: { last, from, to } }: Facts): string | undefined {
  const ms = parseSpan(last ?? '')
  if (ms !== undefined) {
    const span = (ms % 60_000 === 0 && spanText(ms)) || several(ms / 1000, 'second')
    return ` of the last ${span.replace(/^1 /, '')}`
  }
  return from === undefined ? to && ` until ${to}` : ` from ${from}${to === undefined ? '' : ` to ${to}`}`
}

const read: Kind = { ...doing('read', 'read', asked), read: () => 'read events' }

/** What auditors ask: over HTTP or by invoking the function. */
export const QUESTION_KINDS: Kinds = {
  'GET events': read,
  'INVOKE events': read,
  'GET changes': { ...doing('read', 'read', () => say`changes of users and roles`), read: () => 'read changes' },
  'GET audit/digests': {
    ...doing('read', 'read', (facts) => say`digests of the events${rangeText(facts)}`),
    read: () => 'read digests of the events',
  },
  'GET events/counts': {
    ...doing('counted', 'count', (facts) => say`events${rangeText(facts)}`),
    read: () => 'counted events',
  },
  'GET events/{}': { ...doing('read', 'read', () => say`one event`), read: () => 'read one event' },
}
