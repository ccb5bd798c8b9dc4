import middy, { type MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda'
import type { Trail } from '../audit/trail.ts'
import type { Config } from '../config.ts'
import { ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { type ApiAnswer, toErrorAnswer, toProxyResult } from './api-answer.ts'
import { type ApiRequest, toApiRequest } from './api-request.ts'
import { logUnexpected, toScimError } from './failure.ts'
import { log } from './log.ts'

/** One request on its way through a Lambda. `Caller` is what the gateway's authorizer says of who is calling. */
export interface Call<Caller> {
  request: ApiRequest
  event: APIGatewayProxyEvent
  caller: Caller
  now: Date
  trail: Trail
}

export type Operation<Context> = (request: ApiRequest, context: Context) => Promise<ApiAnswer>

/** What distinguishes the SCIM Lambdas from the admin ones. */
export interface ApiKind<Caller, Context> {
  config: Config
  /** Reads the caller and begins its REST event. */
  identify(event: APIGatewayProxyEvent, request: ApiRequest, now: Date): { caller: Caller; trail: Trail }
  /** Refuses callers whom only this Lambda can refuse, and gives operations what they need. */
  admit(call: Call<Caller>): Context
  /** Stores the event of a request that changed nothing. */
  record(trail: Trail, outcome: { status: number; error?: ScimError }): Promise<void>
  now(): Date
}

type LambdaHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>

/**
 * The pipeline every Lambda behind the API runs: errors (outermost) → caller and REST event → audit → operation.
 * `operations` is keyed by method and route: `GET /Users/{id}`.
 */
export function apiHandler<Caller, Context>(
  kind: ApiKind<Caller, Context>,
  operations: Record<string, Operation<Context>>,
): LambdaHandler {
  const calls = new WeakMap<APIGatewayProxyEvent, Call<Caller>>()
  const run = async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const call = calls.get(event)
    if (!call) throw new Error('The call was not identified')
    const context = kind.admit(call)
    const operation = findOperation(operations, call.request)
    return toProxyResult(await operation(call.request, context), event.requestContext.requestId)
  }
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(errors(kind.config, kind.now))
    .use(identified(kind, calls))
    .use(audited(kind, calls))
    .handler(run) as unknown as LambdaHandler
}

/** Says every failure as a SCIM error; what is not for clients is logged and answered with a plain 500. */
function errors(config: Config, now: () => Date): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult, Error> {
  const started = new WeakMap<APIGatewayProxyEvent, number>()
  const finish = (event: APIGatewayProxyEvent, status: number) => {
    if (!config.requestLog) return
    const { httpMethod: method, resource: route, requestContext } = event
    const durationMs = now().getTime() - (started.get(event) ?? now().getTime())
    log('INFO', 'request', { requestId: requestContext.requestId, method, route, status, durationMs })
  }
  return {
    before: ({ event }) => {
      started.set(event, now().getTime())
    },
    after: ({ event, response }) => finish(event, response?.statusCode ?? 0),
    onError: (request) => {
      const error = refusalOf(request)
      request.response = toProxyResult(toErrorAnswer(error), request.event.requestContext.requestId)
      finish(request.event, error.status)
    },
  }
}

function identified<Caller, Context>(
  kind: ApiKind<Caller, Context>,
  calls: WeakMap<APIGatewayProxyEvent, Call<Caller>>,
): MiddlewareObj<APIGatewayProxyEvent> {
  return {
    before: ({ event }) => {
      const now = kind.now()
      const request = toApiRequest(event)
      calls.set(event, { request, event, now, ...kind.identify(event, request, now) })
    },
  }
}

/** Every request is one event: those that changed nothing write theirs here, before the answer leaves. */
function audited<Caller, Context>(
  kind: ApiKind<Caller, Context>,
  calls: WeakMap<APIGatewayProxyEvent, Call<Caller>>,
): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult, Error> {
  const record = async (event: APIGatewayProxyEvent, outcome: { status: number; error?: ScimError }) => {
    const trail = calls.get(event)?.trail
    if (!trail || trail.recorded) return
    try {
      await kind.record(trail, outcome)
      trail.recorded = true
    } catch (cause) {
      logUnexpected(cause, event)
      const detail = 'The request cannot be answered, since its audit event could not be stored; retry later'
      throw new ScimError(503, undefined, detail, { cause, headers: { 'retry-after': '5' } })
    }
  }
  return {
    after: ({ event, response }) => record(event, { status: response?.statusCode ?? 500 }),
    onError: async (request) => {
      const error = refusalOf(request)
      request.error = error
      try {
        await record(request.event, { status: error.status, error })
      } catch (unrecorded) {
        request.error = unrecorded as ScimError
      }
    },
  }
}

/** The error of a failed request as its client may read it. */
function refusalOf({ error, event }: { error: Error | null | undefined; event: APIGatewayProxyEvent }): ScimError {
  return toScimError(error, event.requestContext.requestId, (unexpected) => logUnexpected(unexpected, event))
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
