import { describe, expect, test } from 'vitest'
import { newToken } from '../../../shared/auth/token.ts'
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

  test.each([
    ['a lost connection', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['no connection', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })],
    ['no name', Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })],
    ['no answer in time', named('TimeoutError')],
    ['a fault of the service', named('InternalServerError')],
    ['an answer 5xx of another name', Object.assign(named('Unknown'), { $metadata: { httpStatusCode: 502 } })],
    ['one of them as the cause', new Error('socket hang up', { cause: Object.assign(new Error(), { code: 'EPIPE' }) })],
  ])('answers 503 with Retry-After when the table does not answer, and reports it: %s (ERR-3)', (_name, failure) => {
    const reported: unknown[] = []
    const { status, scimType, message, headers } = toScimError(failure, 'r1', (error) => reported.push(error))
    expect({ status, scimType, message, headers, reported }).toEqual({
      ...{ status: 503, scimType: undefined, headers: { 'retry-after': '5' }, reported: [failure] },
      message:
        'The table does not answer at this moment; nothing was changed; retry after the seconds named in Retry-After',
    })
  })

  test.each([
    ['a refusal of the request', Object.assign(named('ValidationException'), { $metadata: { httpStatusCode: 400 } })],
    ['a fault of our own', new TypeError('x is not a function')],
  ])('takes %s for a fault of ours', (_name, failure) => {
    expect(toScimError(failure, 'r1', () => {}).status).toBe(500)
  })

  test('quotes no token, in whatever a refusal says', () => {
    const { token, tokenId } = newToken()
    const { message, status } = toScimError(
      notFound(`There is no User with id "${token.slice(0, 80)}..."`),
      'r1',
      () => {},
    )
    expect([status, message]).toEqual([404, `There is no User with id "rolecall_${tokenId}_(masked)..."`])
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
