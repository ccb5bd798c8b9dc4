import { maskSecrets } from '../audit/secrets.ts'
import { ScimError } from '../scim/error.ts'
import { isThrottled } from '../store/throttling.ts'
import { log } from './log.ts'

/** Names and codes of a table that does not answer: DynamoDB's own faults, time-outs, and Node's network errors. */
const UNREACHABLE =
  /^(InternalServerError|ServiceUnavailable(Exception)?|TimeoutError|RequestTimeout(Exception)?|E(AI_AGAIN|CONN(ABORTED|REFUSED|RESET)|HOST(DOWN|UNREACH)|NET(DOWN|RESET|UNREACH)|NOTFOUND|PIPE|PROTO|TIMEDOUT))$/

/**
 * What a client may know of a failure, without secrets it may quote; what it may not know is reported and becomes a
 * plain 500. Throttling that outlived the SDK's retries is 429, a table that cannot be reached 503.
 */
export function toScimError(error: unknown, requestId: string, report: (error: unknown) => void): ScimError {
  if (error instanceof ScimError) return withoutSecrets(error)
  if (isThrottled(error)) {
    return retryLater(429, '2', 'Too many requests at this moment; retry after the seconds named in Retry-After', error)
  }
  report(error)
  if (isUnreachable(error)) {
    const detail = 'The table does not answer at this moment; retry after the seconds named in Retry-After'
    return retryLater(503, '5', detail, error)
  }
  return new ScimError(500, undefined, `Internal error; retry, and report request id ${requestId} if it persists`)
}

const retryLater = (status: number, seconds: string, detail: string, cause: unknown) =>
  new ScimError(status, undefined, detail, { cause, headers: { 'retry-after': seconds } })

function withoutSecrets(error: ScimError): ScimError {
  const { status, scimType, message, headers } = error
  const masked = maskSecrets(message)
  return masked === message ? error : new ScimError(status, scimType, masked, { headers })
}

/** Looks at the error and at what caused it: the SDK wraps some network errors. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { name, code, $metadata, cause }: SdkError = error
  return [name, code].some((word) => UNREACHABLE.test(String(word))) || isServerFault($metadata) || isUnreachable(cause)
}

const isServerFault = (metadata: SdkError['$metadata']): boolean => (metadata?.httpStatusCode ?? 0) >= 500

/** What the SDK and Node add to an error. */
interface SdkError extends Error {
  code?: unknown
  $metadata?: { httpStatusCode?: number }
}

/** What names a request in the log: of any event of the gateway's, or of an invocation. */
export interface LoggedRequest {
  httpMethod?: string
  resource?: string
  requestContext: { requestId: string }
}

/** Logs an error that no client may read. */
export function logUnexpected(error: unknown, event: LoggedRequest, message = 'unexpected error'): void {
  const { name, message: text, stack } = error instanceof Error ? error : new Error(String(error))
  const { httpMethod: method, resource: route } = event
  log('ERROR', message, {
    requestId: event.requestContext.requestId,
    ...(method !== undefined && { method }),
    ...(route !== undefined && { route }),
    error: `${name}: ${text}`.slice(0, 300),
    ...(stack && { stack: stack.slice(0, 2000) }),
  })
}
