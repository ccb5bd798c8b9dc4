import { describe, expect, test } from 'vitest'
import { toScimError } from '../../../shared/http/failure.ts'
import { notFound } from '../../../shared/scim/error.ts'

/** An error as the SDK throws it. */
const named = (name: string) => Object.assign(new Error('The level of configured throughput was exceeded'), { name })

describe('toScimError()', () => {
  test('leaves what clients may read as it is (ERR-1)', () => {
    const refusal = notFound('There is no User with id "x"')
    const reported: unknown[] = []
    expect(toScimError(refusal, 'r1', (error) => reported.push(error))).toBe(refusal)
    expect(reported).toEqual([])
  })

  test.each([
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'RequestLimitExceeded',
    'TransactionInProgressException',
  ])('answers 429 with Retry-After when the table is throttled: %s (ERR-3)', (name) => {
    const reported: unknown[] = []
    const { status, scimType, message, headers } = toScimError(named(name), 'r1', (error) => reported.push(error))
    expect({ status, scimType, message, headers, reported }).toEqual({
      ...{ status: 429, scimType: undefined, headers: { 'retry-after': '2' }, reported: [] },
      message: 'Too many requests at this moment; retry after the seconds named in Retry-After',
    })
  })

  test('reports anything else, and tells the client no more than the request id (ERR-2)', () => {
    const failure = named('AccessDeniedException')
    const reported: unknown[] = []
    const { status, message } = toScimError(failure, 'r1', (error) => reported.push(error))
    expect([status, message, reported]).toEqual([
      ...[500, 'Internal error; retry, and report request id r1 if it persists', [failure]],
    ])
  })
})
