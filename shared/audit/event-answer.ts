import type { EventRow } from './event-row.ts'

/** The answer to an auditor's question, by HTTP and by Lambda invocation alike. */
export interface EventAnswer {
  /** The range asked for, as it was read. */
  from: string
  to: string
  limit: number
  /** The most recent that match, oldest first unless asked otherwise. */
  events: EventRow[]
  /** Older events had to be left out; ask again with this as `before`. */
  next?: string
  /** Rows of the range that are no events as we write them. */
  unreadable?: number
  /** What a question about one resource does not show, and how to see it. */
  leftOut?: string
  /** What to ask with as `after` for what comes behind these; absent where older events were asked for. */
  follow?: string
}
