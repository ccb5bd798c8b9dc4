import { describe, expect, test } from 'vitest'
import {
  BULK_OPERATION_MS,
  deadlineOf,
  EVENT_MS,
  functionLimitMs,
  gatewayLimitMs,
  RESERVE_MS,
} from '../../../shared/http/time-limits.ts'
import { ATTEMPT_MS } from '../../../shared/store/connection.ts'

const FUNCTION_LIMIT_MS = functionLimitMs({})
const GATEWAY_LIMIT_MS = gatewayLimitMs({})

/** Of an invocation that has all its time before it, counted from its beginning. */
const deadline = deadlineOf({ getRemainingTimeInMillis: () => FUNCTION_LIMIT_MS }, { clock: () => 0 })

test('a deadline is what remains, less the reserve, by the clock of the table', () => {
  const invocation = { getRemainingTimeInMillis: () => 4000 }
  expect(deadlineOf(invocation, { clock: () => 1_000_000 })).toBe(1_004_000 - RESERVE_MS)
})

describe('limits end in this order', () => {
  test.each([
    ['two attempts of a call', 2 * ATTEMPT_MS, 'the work of a request', deadline],
    ['an operation of a Bulk request', BULK_OPERATION_MS, 'the work of a request', deadline],
    ['the work of a request', deadline, 'its event', deadline + EVENT_MS],
    ['its event', deadline + EVENT_MS, 'the patience of the gateway', GATEWAY_LIMIT_MS],
    ['the patience of the gateway', GATEWAY_LIMIT_MS, 'the function', FUNCTION_LIMIT_MS],
  ])('%s (%i ms) before %s (%i ms)', (_inner, first, _outer, then) => {
    expect(first).toBeLessThan(then)
  })
})
