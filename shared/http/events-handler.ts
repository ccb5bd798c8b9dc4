import type { APIGatewayProxyEvent, Context } from 'aws-lambda'
import * as z from 'zod/mini'
import { maskParameters } from '../audit/secrets.ts'
import { Trail } from '../audit/trail.ts'
import { invalidSyntax, type ScimError } from '../scim/error.ts'
import { withDeadline } from '../store/deadline.ts'
import { newId } from '../store/new-id.ts'
import { newTally } from '../store/tally.ts'
import { accountOf, adminHandler, parseAccount } from './admin/handler.ts'
import type { HandlerOptions } from './api-handler.ts'
import { answerInvocation, eventsOperations, type InvocationAnswer } from './events-operations.ts'
import { logUnexpected } from './failure.ts'
import { eventRecorder, recorded } from './recorded.ts'
import { logRequest } from './request-line.ts'
import { deadlineOf } from './time-limits.ts'

/**
 * The events function: its routes through the gateway, or an invocation with the question itself as payload, such as
 * `{"last": "5m", "limit": 200}`. Either way asking is an event of its own; following is one an hour.
 */
export function eventsHandler(options: HandlerOptions) {
  const throughGateway = adminHandler<'events'>(options, eventsOperations)
  return (payload: unknown, context: Context) =>
    isGatewayEvent(payload) ? throughGateway(payload, context) : invoke(options, payload, context)
}

const isGatewayEvent = (payload: unknown): payload is APIGatewayProxyEvent =>
  typeof payload === 'object' && payload !== null && 'httpMethod' in payload && 'requestContext' in payload

/** @throws {Error} under the name of the SCIM error type, which the invoker sees as `errorType` and `errorMessage`. */
async function invoke(options: HandlerOptions, payload: unknown, lambda: Context): Promise<InvocationAnswer> {
  const { putEvent, now: clock = () => new Date() } = options
  const { awsRequestId } = lambda
  const tally = newTally()
  const db = withDeadline({ ...options.db, tally }, deadlineOf(lambda, options.db))
  const now = clock()
  const trail = startInvocation(payload, now, awsRequestId)
  const logged = { requestContext: { requestId: awsRequestId } }
  const report = (error: unknown) => logUnexpected(error, logged)
  const recorder = eventRecorder<InvocationAnswer>({ trail, db, putEvent, report }, () => 200)
  const outcome = await recorded(recorder, async () => {
    const question = parsePayload(payload)
    return answerInvocation(question, { db, account: parseAccount(question.account), now, trail })
  })
  if (options.config.requestLog) {
    const status = 'refusal' in outcome ? outcome.refusal.status : 200
    logRequest(logged, { status, durationMs: clock().getTime() - now.getTime(), account: trail.account, tally })
  }
  if ('refusal' in outcome) throw toInvocationError(outcome.refusal)
  return outcome.answer
}

const anyQuestion = z.looseObject({ account: z.optional(z.string('a name')) })

function parsePayload(payload: unknown): z.infer<typeof anyQuestion> {
  const parsed = anyQuestion.safeParse(payload ?? {})
  if (parsed.success) return parsed.data
  throw invalidSyntax('Cannot read the payload: send a JSON object such as {"last": "5m", "limit": 200}')
}

/** Lambda does not say who invokes: CloudTrail does, by the request id. */
function startInvocation(payload: unknown, now: Date, requestId: string): Trail {
  const question = typeof payload === 'object' && payload !== null ? maskParameters(payload) : payload
  return new Trail({
    eventId: newId(now),
    account: accountOf(Object(payload).account),
    time: now.toISOString(),
    type: 'ADMIN',
    endpoint: 'events',
    method: 'INVOKE',
    clientIp: 'unknown',
    actorName: 'lambda:InvokeFunction',
    actorDomain: 'IAM',
    requestId,
    query: JSON.stringify(question ?? {}),
  })
}

/** What an invoker may branch on where SCIM has no word for it. */
const NAMES: Record<number, string> = { 404: 'NotFound', 429: 'TooManyRequests', 503: 'ServiceUnavailable' }

/** The invoker sees name and message, and the stack too: none of ours, please. */
function toInvocationError({ status, scimType, message, headers }: ScimError): Error {
  const seconds = headers['retry-after']
  const error = new Error(seconds === undefined ? message : `${message} (Retry-After: ${seconds})`)
  error.name = scimType ?? NAMES[status] ?? 'InternalError'
  error.stack = ''
  return error
}
