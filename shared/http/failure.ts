import type { APIGatewayProxyEvent } from 'aws-lambda'
import { ScimError } from '../scim/error.ts'
import { log } from './log.ts'

const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionInProgressException',
])

/** What a client may know of a failure; what it may not is reported and becomes a plain 500. */
export function toScimError(error: unknown, requestId: string, report: (error: unknown) => void): ScimError {
  if (error instanceof ScimError) return error
  const throttled = toThrottled(error)
  if (throttled) return throttled
  report(error)
  return new ScimError(500, undefined, `Internal error; retry, and report request id ${requestId} if it persists`)
}

/** Throttling by DynamoDB that outlived the retries: the client shall come back, not report a fault. */
function toThrottled(cause: unknown): ScimError | undefined {
  if (!(cause instanceof Error) || !THROTTLES.has(cause.name)) return undefined
  const detail = 'Too many requests at this moment; retry after the seconds named in Retry-After'
  return new ScimError(429, undefined, detail, { cause, headers: { 'retry-after': '2' } })
}

/** Logs an error that no client may read. */
export function logUnexpected(error: unknown, event: APIGatewayProxyEvent): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const { httpMethod: method, resource: route } = event
  const text = { error: `${name}: ${message}`.slice(0, 300), ...(stack && { stack: stack.slice(0, 2000) }) }
  log('ERROR', 'unexpected error', { requestId: event.requestContext.requestId, method, route, ...text })
}
