import type { EventRow } from '../../../shared/audit/event-row.ts'

/** Whether an event is news: what an administrator reads, as this page does, is in the list and calls for nobody. */
export const isNews = ({ METHOD, HTTP_STATUS, ENDPOINT }: EventRow): boolean =>
  METHOD !== 'GET' || HTTP_STATUS >= 400 || ENDPOINT.startsWith('scim/')
