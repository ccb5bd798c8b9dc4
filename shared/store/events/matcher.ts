import { admits } from '../../audit/choice.ts'
import { kindOfEvent } from '../../audit/event-kind.ts'
import type { EventQuery } from '../../audit/event-query.ts'
import { toTextMatcher } from '../../audit/event-text.ts'
import { outcomeOf } from '../../audit/outcome.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { overlaps } from '../../auth/network-policy.ts'
import { foldName } from '../../scim/fold.ts'
import type { Grant } from './grant.ts'
import type { StoredEvent } from './item.ts'

/** An event that was found, perhaps by a grant: then it is shown as the user's. */
export interface FoundEvent extends StoredEvent {
  grant?: Grant | undefined
}

/** What a row must be to be shown. One that counts belongs to every range that touches its minute. */
export function toMatcher(query: EventQuery, now: Date): (found: FoundEvent) => boolean {
  const { from, before } = query
  const first = from.toISOString()
  const isLive = toLiveness(now)
  const fits = toFilter(query)
  return (found) =>
    isLive(found) &&
    (found.event.time >= first || found.event.count !== undefined) &&
    (before === undefined || found.sortKey < before) &&
    fits(found)
}

/** Whether a row has not expired: DynamoDB deletes late. */
export function toLiveness(now: Date): (found: StoredEvent) => boolean {
  const nowSeconds = now.getTime() / 1000
  return ({ ttlSeconds }) => ttlSeconds > nowSeconds
}

/** The part of a question that says which events, whenever they were. */
export type EventFilters = Omit<
  EventQuery,
  'from' | 'to' | 'limit' | 'before' | 'order' | 'after' | 'wait' | 'allowEmpty' | 'reads' | 'purpose'
>

/** What a question asks for but for when and how much: two with the same ask for the same. */
export function filtersOf(query: EventQuery): EventFilters {
  const { from: _f, to: _t, limit: _l, before: _b, order: _o, after: _a, wait: _w, allowEmpty: _e, ...rest } = query
  const { reads: _r, purpose: _p, ...filters } = rest
  return filters
}

/** Whether an event is what the filters of a question ask for, each of them. */
export function toFilter(filters: EventFilters): (found: Pick<FoundEvent, 'event' | 'grant'>) => boolean {
  const { type, integration, method, status, resource, changesOnly, actor, token, address, text } = filters
  const { outcome, kind, request, took } = filters
  const name = foldName(resource ?? '')
  const holds = text === undefined ? () => true : toTextMatcher(text)
  const isAbout = ({ resourceId, resourceName = '' }: RestEvent) =>
    resourceId === resource || (name !== '' && foldName(resourceName) === name)
  return ({ event, grant }) =>
    (type === 'ALL' || event.type === type) &&
    admits(integration, (asked) => event.actorDomain.toUpperCase() === asked) &&
    admits(method, (asked) => event.method === asked) &&
    admits(actor, (asked) => event.actorName.toUpperCase() === asked.toUpperCase()) &&
    (token === undefined || event.tokenId === token) &&
    admits(address, (asked) => overlaps(asked, event.clientIp)) &&
    admits(status, ([lowest, highest]) => event.status >= lowest && event.status <= highest) &&
    admits(outcome, (asked) => outcomeOf(event) === asked) &&
    admits(kind, (asked) => kindOfEvent(event) === asked) &&
    (request === undefined || event.requestId === request) &&
    (took === undefined || tookSo(event, took)) &&
    (resource === undefined || grant !== undefined || isAbout(event)) &&
    (!changesOnly || event.changes !== undefined) &&
    holds(event)
}

/** What nobody measured took neither more nor less. */
function tookSo({ durationMs }: RestEvent, { is, ms }: NonNullable<EventQuery['took']>): boolean {
  if (durationMs === undefined) return false
  return is === '>' ? durationMs > ms : durationMs < ms
}
