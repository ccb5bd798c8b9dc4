import middy, { type MiddlewareObj, type Request } from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context as LambdaContext } from 'aws-lambda'
import type { Trail } from '../audit/trail.ts'
import type { Config } from '../config.ts'
import { ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import type { Db } from '../store/client.ts'
import { heldBack, withDeadline } from '../store/deadline.ts'
import { newTally, type Tally } from '../store/tally.ts'
import { type ApiAnswer, type SentAnswer, type Transport, toErrorAnswer, toProxyResult } from './api-answer.ts'
import { type ApiRequest, toApiRequest } from './api-request.ts'
import { logUnexpected, toScimError } from './failure.ts'
import { eventRecorder, type PutEvent, recorded } from './recorded.ts'
import { logRequest, type Whose } from './request-line.ts'
import { methodsOf, type Route } from './routes.ts'
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

/** What goes on beside an operation, from before it begins. */
export interface Beside {
  /** Rejects where the caller may not be served after all; nothing is answered, and nothing committed after a read, before it is known. */
  admitted: Promise<void>
  /** Never rejects; the answer waits for it, as it waits for the event. */
  done: Promise<void>
}

/** What distinguishes the SCIM Lambdas from the admin ones. */
export interface ApiKind<Caller, Context> {
  /** Every route of this API, those of other Lambdas too. */
  routes: readonly Route<string>[]
  /** Reads the caller, says whose request it is, and begins its REST event. */
  identify(event: APIGatewayProxyEvent, request: ApiRequest, now: Date): { caller: Caller; whose: Whose; trail: Trail }
  /** Refuses callers whom only this Lambda can refuse, and gives operations what they need. */
  admit(call: Call<Caller>): Context
  /** Begins what goes on beside the operation. */
  attend?(call: Call<Caller>): Beside
}

type LambdaHandler = (event: APIGatewayProxyEvent, context: LambdaContext) => Promise<APIGatewayProxyResult>
type Middleware = MiddlewareObj<APIGatewayProxyEvent, SentAnswer, Error, LambdaContext>

/** Answers that are sent as a whole. */
const WHOLE: Transport = { toSent: toProxyResult }

/**
 * The pipeline every Lambda behind the API runs: request log and answers to failures (outermost) → caller and REST
 * event → operation, recorded. `operations` is keyed by method and route: `GET /Users/{id}`. However an answer leaves,
 * its event is written first.
 */
export function apiHandler<Caller, Context>(
  options: HandlerOptions,
  kind: ApiKind<Caller, Context>,
  operations: Record<string, Operation<Context>>,
  transport = WHOLE,
): LambdaHandler {
  const { config, putEvent, now = () => new Date() } = options
  const known: Known = new WeakMap()
  const run = async (event: APIGatewayProxyEvent, lambda: LambdaContext): Promise<SentAnswer> => {
    const at = now()
    const tally = newTally()
    const db = withDeadline({ ...options.db, tally }, deadlineOf(lambda, options.db))
    const request = toApiRequest(event)
    const { caller, whose, trail } = kind.identify(event, request, at)
    known.set(event, { ...whose, tally })
    const report = (error: unknown) => logUnexpected(error, event)
    const recorder = eventRecorder<SentAnswer>({ trail, db, putEvent, report }, (one) => one.statusCode)
    const call = { request, event, caller, now: at, db, trail, report }
    const beside = kind.attend?.(call)
    const outcome = await recorded(recorder, async () => {
      const answer = await attended(trail, beside, async () => {
        const context = kind.admit(beside ? { ...call, db: heldBack(db, beside.admitted) } : call)
        return findOperation(operations, kind.routes, request)(request, context)
      })
      return transport.toSent(answer, event.requestContext.requestId, report)
    })
    await beside?.done
    if ('refusal' in outcome) throw outcome.refusal
    return outcome.answer
  }
  const pipeline = middy<APIGatewayProxyEvent, SentAnswer>(run, {
    ...(transport.executionMode && { executionMode: transport.executionMode }),
    // Our own deadline comes first, and its answer has an event and says what was changed; one by middy's timer, a
    // plain 500 while the work goes on, would have and say neither.
    timeoutEarlyInMillis: 0,
    ...(config.requestLog && requestLog(now, known)),
  })
  // One that streams is called as its runtime calls it: with the stream of its answer between these two.
  return pipeline.use(errorsPresented(transport)) as unknown as LambdaHandler
}

/** A caller who may not be served hears that and nothing else, unless a change is committed. */
async function attended(trail: Trail, beside: Beside | undefined, run: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  const [outcome] = await Promise.allSettled([run()])
  if (!trail.tried && !trail.hasParts) await beside?.admitted
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}

/** What is known of requests on their way. */
type Known = WeakMap<APIGatewayProxyEvent, Whose & { tally: Tally }>

/** One line for each request, once its answer is sent. */
function requestLog(now: () => Date, known: Known) {
  return {
    requestStart: ({ internal }: Request) => Object.assign(internal, { startedAt: now().getTime() }),
    requestEnd: (ended: Request) => {
      const { event, response, internal } = ended as Request<
        APIGatewayProxyEvent,
        SentAnswer,
        Error,
        LambdaContext,
        Started
      >
      const durationMs = now().getTime() - internal.startedAt
      logRequest(event, { status: response?.statusCode ?? 500, durationMs, ...known.get(event) })
    },
  }
}

type Started = { startedAt: number }

/** Answers every failure with a SCIM error. */
const errorsPresented = (transport: Transport): Middleware => ({
  onError: (request) => {
    const { error, event } = request
    const { requestId } = event.requestContext
    const report = (unexpected: unknown) => logUnexpected(unexpected, event)
    request.response = transport.toSent(toErrorAnswer(toScimError(error, requestId, report)), requestId, report)
  },
})

function findOperation<Context>(
  operations: Record<string, Operation<Context>>,
  routes: readonly Route<string>[],
  { method, route, endpoint }: ApiRequest,
) {
  const operation = operations[`${method} ${route}`]
  if (operation) return operation
  const allowed = methodsOf(routes, route)
  if (allowed.length === 0) {
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
