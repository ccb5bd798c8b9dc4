import type { Db } from '../store/client.ts'

// Who gives up when, from the outside in, in milliseconds. Each is derived from the one around it, so that whoever is
// asked still answers whoever asked.

/** Lambda ends the function: nothing may get as far as this, since nobody would hear of it. */
const FUNCTION_LIMIT_MS = 15_000
/** So much earlier the gateway answers 504; its time runs while a cold start does, the function's only afterwards. */
const GATEWAY_FIRST_MS = 1000
/** What a cold start and the ways from and to the gateway may take of its time. */
const START_AND_WAY_MS = 1000
/**
 * What a function that streams may take instead: all that Lambda lets it send, 200 MB, of which the first 6 go at once
 * and the others at 2 MB a second.
 */
const STREAM_LIMIT_MS = 120_000

/** Lambda's limit of a function, by whether it streams its answers. */
export const functionLimitMs = ({ streams = false }: { streams?: boolean }): number =>
  streams ? STREAM_LIMIT_MS : FUNCTION_LIMIT_MS
/** How long the gateway waits for it. */
export const gatewayLimitMs = (route: { streams?: boolean }): number => functionLimitMs(route) - GATEWAY_FIRST_MS

/** What the gateway takes of one integration, unless a deployment says otherwise; above that it answers 429. */
export const CLIENT_REQUESTS_PER_SECOND = 50

/** In which a request that ran out of time stores its event. */
export const EVENT_MS = 1000
/** What is kept of an invocation's remaining time when its work has to end. */
export const RESERVE_MS = GATEWAY_FIRST_MS + START_AND_WAY_MS + EVENT_MS
/** What an operation of a Bulk request needs; it is not begun with less before the deadline. */
export const BULK_OPERATION_MS = 3000

/** What is kept of an invocation that nobody waits for: enough to say where to go on. */
const HANDOVER_MS = 5_000

/** What Lambda says of an invocation's time. */
export interface RemainingTime {
  getRemainingTimeInMillis(): number
}

/** When the work of an invocation has to end: epoch ms by the clock of `db`. */
export const deadlineOf = (invocation: RemainingTime, db: Pick<Db, 'clock'>): number =>
  db.clock() + invocation.getRemainingTimeInMillis() - RESERVE_MS

/** The same for work that nobody waits for, and that goes on elsewhere. */
export const handoverOf = (invocation: RemainingTime, db: Pick<Db, 'clock'>): number =>
  db.clock() + invocation.getRemainingTimeInMillis() - HANDOVER_MS
