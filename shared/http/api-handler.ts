import middy, { type MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context as LambdaContext } from 'aws-lambda'
import type { Trail } from '../audit/trail.ts'
import type { Config } from '../config.ts'
import { ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import type { Db } from '../store/client.ts'
import { withDeadline } from '../store/deadline.ts'
import { type ApiAnswer, toErrorAnswer, toProxyResult } from './api-answer.ts'
import { type ApiRequest, toApiRequest } from './api-request.ts'
import { logUnexpected, toScimError } from './failure.ts'
import { log } from './log.ts'
import { eventRecorder, type PutEvent, recorded } from './recorded.ts'
import { deadlineOf } from './time-limits.ts'

/** What every Lambda behind the API is made of. */
export interface HandlerOptions {
  config: Config
  db: Db
  putEvent: PutEvent
  now?: () => Date
}

/** One request on its way through a Lambda. `Caller` is what the gateway's authorizer says of who is calling. */
export interface Call<Caller> {
  request: ApiRequest
  event: APIGatewayProxyEvent
  caller: Caller
  now: Date
  /** The table, for as long as the request has time. */
  db: Db
  trail: Trail
  /** Tells the operators of an error that the answer need not tell. */
  report(error: unknown): void
}

export type Operation<Context> = (request: ApiRequest, context: Context) => Promise<ApiAnswer>

/** What distinguishes the SCIM Lambdas from the admin ones. */
export interface ApiKind<Caller, Context> {
  /** Reads the caller and begins its REST event. */
  identify(event: APIGatewayProxyEvent, request: ApiRequest, now: Date): { caller: Caller; trail: Trail }
  /** Refuses callers whom only this Lambda can refuse, and gives operations what they need. */
  admit(call: Call<Caller>): Context
}

type LambdaHandler = (event: APIGatewayProxyEvent, context: LambdaContext) => Promise<APIGatewayProxyResult>
type Middleware = MiddlewareObj<
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  Error,
  LambdaContext,
  { startedAt: number }
>

/**
 * The pipeline every Lambda behind the API runs: request log and answers to failures (outermost) → caller and REST
 * event → operation, recorded. `operations` is keyed by method and route: `GET /Users/{id}`.
 */
export function apiHandler<Caller, Context>(
  options: HandlerOptions,
  kind: ApiKind<Caller, Context>,
  operations: Record<string, Operation<Context>>,
): LambdaHandler {
  const { putEvent, now = () => new Date() } = options
  const run = async (event: APIGatewayProxyEvent, lambda: LambdaContext): Promise<APIGatewayProxyResult> => {
    const at = now()
    const db = withDeadline(options.db, deadlineOf(lambda, options.db))
    const request = toApiRequest(event)
    const { caller, trail } = kind.identify(event, request, at)
    const report = (error: unknown) => logUnexpected(error, event)
    const recorder = eventRecorder<APIGatewayProxyResult>({ trail, db, putEvent, report }, (one) => one.statusCode)
    const outcome = await recorded(recorder, async () => {
      const context = kind.admit({ request, event, caller, now: at, db, trail, report })
      const operation = findOperation(operations, request)
      return toProxyResult(await operation(request, context), event.requestContext.requestId)
    })
    if ('refusal' in outcome) throw outcome.refusal
    return outcome.answer
  }
  // Our own deadline comes first, and its answer has an event and says what was changed; one by middy's timer, a plain
  // 500 while the work goes on, would have and say neither.
  const pipeline = middy<APIGatewayProxyEvent, APIGatewayProxyResult>({ timeoutEarlyInMillis: 0 })
    .use(outermost(options.config, now))
    .handler(run)
  return (event, context) => pipeline(event, context)
}

/** Answers every failure with a SCIM error, and writes one line for each request where the configuration says so. */
function outermost(config: Config, now: () => Date): Middleware {
  const finish = ({ event, response, internal }: Parameters<NonNullable<Middleware['after']>>[0]) => {
    if (!config.requestLog) return
    const { httpMethod: method, resource: route, requestContext } = event
    const durationMs = now().getTime() - internal.startedAt
    log('INFO', 'request', {
      ...{ requestId: requestContext.requestId, method, route },
      ...{ status: response?.statusCode ?? 500, durationMs },
    })
  }
  return {
    before: ({ internal }) => {
      internal.startedAt = now().getTime()
    },
    after: finish,
    onError: (request) => {
      const { error, event } = request
      const { requestId } = event.requestContext
      const refusal = toScimError(error, requestId, (unexpected) => logUnexpected(unexpected, event))
      request.response = toProxyResult(toErrorAnswer(refusal), requestId)
      finish(request)
    },
  }
}

function findOperation<Context>(operations: Record<string, Operation<Context>>, request: ApiRequest) {
  const { method, route } = request
  const operation = operations[`${method} ${route}`]
  if (operation) return operation
  const allowed = Object.keys(operations).flatMap((key) => (key.endsWith(` ${route}`) ? [key.split(' ')[0]] : []))
  if (allowed.length === 0) {
    const { endpoint } = request
    throw new ScimError(404, undefined, `There is no endpoint ${quote(endpoint)}${emptySegmentHint(endpoint)}`)
  }
  const allow = allowed.join(', ')
  throw new ScimError(405, undefined, `Cannot ${method} ${route}: this endpoint offers ${allow}`, {
    headers: { allow },
  })
}

/** What to do about an address with an empty segment; nothing for any other. */
export const emptySegmentHint = (endpoint: string): string =>
  endpoint.includes('//') ? '; write the base URL without a slash at its end' : ''
