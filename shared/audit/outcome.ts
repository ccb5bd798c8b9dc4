import type { EventRow } from './event-row.ts'
import type { RestEvent } from './rest-event.ts'

/** What became of a request: it changed something, it did not, we refused it, we failed. */
export const OUTCOMES = ['changed', 'read', 'refused', 'failed'] as const
export type EventOutcome = (typeof OUTCOMES)[number]

/** What the outcome of an event is told by. */
type Told = Pick<RestEvent, 'status' | 'endpoint' | 'part'> & { changes?: readonly unknown[] | undefined }

/**
 * The outcome of an event. What succeeded has changed something where the event lists changes, or is a Bulk request of
 * which operations were done, or the issue of an access token. Everything else was a read: lists and look-ups, what was
 * sent again as it was, dry runs.
 */
export function outcomeOf({ status, endpoint, part = 0, changes = [] }: Told): EventOutcome {
  if (status >= 500) return 'failed'
  if (status >= 400) return 'refused'
  const isDone = changes.length > 0 || (BULK.test(endpoint) && part > 0) || endpoint === 'oauth2/token'
  return isDone ? 'changed' : 'read'
}

const BULK = /^scim\/v2\/(?:[^/]+\/)?Bulk$/i

/** The same of an event as auditors see it. */
export function outcomeOfRow({ HTTP_STATUS: status, ENDPOINT: endpoint, DETAILS }: EventRow): EventOutcome {
  const { part, changes }: Pick<Told, 'part' | 'changes'> = JSON.parse(DETAILS)
  return outcomeOf({ status, endpoint, ...(part !== undefined && { part }), changes })
}
