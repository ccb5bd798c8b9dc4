import { consumed, type Tally } from '../store/tally.ts'
import type { LoggedRequest } from './failure.ts'
import { isLogged, log } from './log.ts'

/** Whose request it is, as far as that is known. */
export interface Whose {
  account?: string
  integration?: string
}

/** What a request was, once it is answered. */
export interface Ended extends Whose {
  status: number
  durationMs: number
  tally?: Tally | undefined
}

/** Calls of the table that one line shows. */
const SHOWN_CALLS = 100

/** One line for each request, by the gateway or by invocation, which is its metric. Whose it is stands in it and is none of the dimensions. */
export function logRequest(
  { httpMethod: method = 'INVOKE', resource: route = '/events', requestContext: { requestId } }: LoggedRequest,
  { status, tally, ...ended }: Ended,
): void {
  const outcome = outcomeOf(status)
  const asked = tally && tally.calls.length > 0 && { calls: tally.calls.length }
  const shown = asked && isLogged('DEBUG') && { tableCalls: tally.calls.slice(0, SHOWN_CALLS).map(Object.values) }
  const figures = {
    Requests: 1,
    ...(asked && toUnits(tally)),
    ...(tally && tally.conflicts > 0 && { Conflicts: tally.conflicts }),
  }
  log('INFO', 'request', { requestId, method, route, status, outcome, ...ended, ...asked, ...shown }, figures)
}

/** What was consumed, in the words of the metrics. */
export function toUnits(tally: Tally): { ReadUnits: number; WriteUnits: number } {
  const { readUnits: ReadUnits, writeUnits: WriteUnits } = consumed(tally)
  return { ReadUnits, WriteUnits }
}

/** Few, since each is a metric: what clients did wrong, what stood in their way, and what we could not do. */
function outcomeOf(status: number): 'ok' | 'refused' | 'conflict' | 'throttled' | 'failed' {
  if (status === 409 || status === 412) return 'conflict'
  if (status === 429) return 'throttled'
  if (status >= 500) return 'failed'
  return status >= 400 ? 'refused' : 'ok'
}
