import type { RestEvent } from './rest-event.ts'

/** A REST event as auditors see it: Snowflake's columns, then two of ours (DESIGN: REST event history). */
export interface EventRow {
  EVENT_TIMESTAMP: string
  EVENT_ID: string
  EVENT_TYPE: RestEvent['type']
  ENDPOINT: string
  METHOD: string
  STATUS: 'SUCCESS' | 'FAILURE'
  /** HTTP status and scimType of a failure: `409 uniqueness`. */
  ERROR_CODE: string | null
  /** JSON text: everything else that is known of the request. */
  DETAILS: string
  CLIENT_IP: string
  ACTOR_NAME: string
  ACTOR_DOMAIN: string
  RESOURCE_NAME: string | null
  RESOURCE_DOMAIN: string | null
  HTTP_STATUS: number
  RESOURCE_ID: string | null
}

/** The columns, in the order they are shown. */
export const EVENT_COLUMNS = [
  'EVENT_TIMESTAMP',
  'EVENT_ID',
  'EVENT_TYPE',
  'ENDPOINT',
  'METHOD',
  'STATUS',
  'ERROR_CODE',
  'DETAILS',
  'CLIENT_IP',
  'ACTOR_NAME',
  'ACTOR_DOMAIN',
  'RESOURCE_NAME',
  'RESOURCE_DOMAIN',
  'HTTP_STATUS',
  'RESOURCE_ID',
] as const satisfies readonly (keyof EventRow)[]

/** Writes an event as an auditor's row. */
export function presentEvent(event: RestEvent): EventRow {
  const { time, eventId, type, endpoint, method, status, scimType, clientIp, actorName, actorDomain } = event
  const failed = status >= 400
  return {
    EVENT_TIMESTAMP: time,
    EVENT_ID: eventId,
    EVENT_TYPE: type,
    ENDPOINT: endpoint,
    METHOD: method,
    STATUS: failed ? 'FAILURE' : 'SUCCESS',
    ERROR_CODE: failed ? [status, scimType].filter(Boolean).join(' ') : null,
    DETAILS: presentDetails(event),
    CLIENT_IP: clientIp,
    ACTOR_NAME: actorName,
    ACTOR_DOMAIN: actorDomain,
    RESOURCE_NAME: event.resourceName ?? null,
    RESOURCE_DOMAIN: event.resourceDomain ?? null,
    HTTP_STATUS: status,
    RESOURCE_ID: event.resourceId ?? null,
  }
}

function presentDetails({ requestId, tokenId, userAgent, query, detail, changes, count }: RestEvent): string {
  return JSON.stringify({ requestId, tokenId, userAgent, query, detail, changes, count })
}
