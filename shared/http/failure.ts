import { maskSecrets } from '../audit/secrets.ts'
import { ScimError } from '../scim/error.ts'
import { OutOfTime } from '../store/deadline.ts'
import { isThrottled } from '../store/throttling.ts'
import { log } from './log.ts'
import { readableStack } from './stack.ts'

/** Names and codes of a table that does not answer: DynamoDB's own faults, time-outs, and Node's network errors. */
const UNREACHABLE =
  /^(InternalServerError|ServiceUnavailable(Exception)?|TimeoutError|RequestTimeout(Exception)?|E(AI_AGAIN|CONN(ABORTED|REFUSED|RESET)|HOST(DOWN|UNREACH)|NET(DOWN|RESET|UNREACH)|NOTFOUND|PIPE|PROTO|TIMEDOUT))$/

/** What is known of the change that a request asked for. */
export type Fate = 'unchanged' | 'committed' | 'unknown'

const SAID: Record<Fate, string> = {
  unchanged: 'nothing was changed; retry after the seconds named in Retry-After',
  committed: 'the change is committed; read the resource after the seconds named in Retry-After',
  unknown:
    'the change may have been committed; read the resource, after the seconds named in Retry-After, before you retry',
}

/** The refusal of a request that could not be finished: 503 with Retry-After, saying whether it changed anything. */
export class Unfinished extends ScimError {
  readonly fate: Fate
  readonly #reason: string
  constructor(reason: string, fate: Fate, cause: unknown) {
    super(503, undefined, `${reason}; ${SAID[fate]}`, { cause, headers: { 'retry-after': '5' } })
    this.fate = fate
    this.#reason = reason
  }

  /** The same when more is known. */
  as(fate: Fate): Unfinished {
    return new Unfinished(this.#reason, fate, this.cause)
  }
}

/** How far a request had come with its change when it failed. */
export interface Progress {
  /** The change was handed to the table. */
  tried: boolean
  /** It is there. */
  recorded: boolean
}

const NOT_BEGUN: Progress = { tried: false, recorded: false }

/**
 * What a client may know of a failure, without secrets it may quote; what it may not know is reported and becomes a
 * plain 500. Throttling that outlived the SDK's retries is 429; a table that cannot be reached and a deadline that has
 * passed are 503, and say what became of the change.
 */
export function toScimError(
  error: unknown,
  requestId: string,
  report: (error: unknown) => void,
  progress = NOT_BEGUN,
): ScimError {
  if (error instanceof ScimError) return withoutSecrets(error)
  if (isThrottled(error)) return throttled(error)
  report(error)
  if (error instanceof OutOfTime)
    return new Unfinished('The request ran out of time', fateOf(progress, error.sent), error)
  if (isUnreachable(error)) return new Unfinished('The table does not answer at this moment', fateOf(progress), error)
  return new ScimError(500, undefined, `Internal error; retry, and report request id ${requestId} if it persists`)
}

function fateOf({ tried, recorded }: Progress, sent = true): Fate {
  if (recorded) return 'committed'
  return tried && sent ? 'unknown' : 'unchanged'
}

function throttled(cause: unknown): ScimError {
  const detail = 'Too many requests at this moment; retry after the seconds named in Retry-After'
  return new ScimError(429, undefined, detail, { cause, headers: { 'retry-after': '2' } })
}

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
  const fields = {
    requestId: event.requestContext.requestId,
    ...(method !== undefined && { method }),
    ...(route !== undefined && { route }),
    error: `${name}: ${text}`.slice(0, 300),
    ...(stack && { stack: readableStack(stack).slice(0, 2000) }),
  }
  log('ERROR', message, fields, { UnexpectedErrors: 1 })
}

/** Runs what Lambda itself would tell of only in words of the bundle: an error is logged, and flies on. */
export async function told<T>(requestId: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    logUnexpected(error, { requestContext: { requestId } })
    throw error
  }
}
