import type { EventRow } from './event-row.ts'

/** The place of an event in the history, as `before` and `after` take it. */
export const cursorOf = ({ EVENT_TIMESTAMP, EVENT_ID }: EventRow): string => `${EVENT_TIMESTAMP}#${EVENT_ID}`
