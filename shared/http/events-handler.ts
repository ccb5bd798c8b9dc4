import type { APIGatewayProxyEvent, Context } from 'aws-lambda'
import * as z from 'zod'
import { Trail } from '../audit/trail.ts'
import { invalidSyntax, ScimError } from '../scim/error.ts'
import { newId } from '../store/new-id.ts'
import { type AdminHandlerOptions, adminHandler, parseAccount } from './admin-handler.ts'
import { answerQuestion, type EventAnswer, eventsOperations } from './events-operations.ts'
import { log } from './log.ts'

/** Characters of a question that its event keeps. */
const MAX_QUERY = 512

/**
 * The events function: `GET /events` through the gateway, or an invocation with the question itself as payload, such
 * as `{"last": "5m", "limit": 200}`. Either way asking is an event of its own.
 */
export function eventsHandler(options: AdminHandlerOptions) {
  const throughGateway = adminHandler(options, eventsOperations)
  return (payload: unknown, context: Context) =>
    isGatewayEvent(payload) ? throughGateway(payload, context as never) : invoke(options, payload, context)
}

const isGatewayEvent = (payload: unknown): payload is APIGatewayProxyEvent =>
  typeof payload === 'object' && payload !== null && 'httpMethod' in payload && 'requestContext' in payload

/** @throws {Error} under the name of the SCIM error type, which the invoker sees as `errorType` and `errorMessage`. */
async function invoke(options: AdminHandlerOptions, payload: unknown, context: Context): Promise<EventAnswer> {
  try {
    return await answerInvocation(options, payload, context.awsRequestId)
  } catch (error) {
    throw toInvocationError(error, context.awsRequestId)
  }
}

async function answerInvocation(options: AdminHandlerOptions, payload: unknown, requestId: string) {
  const { db, putEvent, now: clock = () => new Date() } = options
  const now = clock()
  const question = parsePayload(payload)
  const account = parseAccount(question.account)
  const trail = startInvocation(account, now, requestId, question)
  try {
    const answer = await answerQuestion(question, { db, account, now })
    await putEvent(db, trail.complete({ status: 200 }))
    return answer
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    const { status, scimType, message: detail } = error
    await putEvent(db, trail.complete({ status, scimType, detail }))
    throw error
  }
}

const anyQuestion = z.looseObject({ account: z.string().optional() })

function parsePayload(payload: unknown): z.infer<typeof anyQuestion> {
  const parsed = anyQuestion.safeParse(payload ?? {})
  if (parsed.success) return parsed.data
  throw invalidSyntax('Cannot read the payload: send a JSON object such as {"last": "5m", "limit": 200}')
}

/** Lambda does not say who invokes: CloudTrail does, by the request id. */
function startInvocation(account: string, now: Date, requestId: string, question: object): Trail {
  return new Trail({
    eventId: newId(now),
    account,
    time: now.toISOString(),
    type: 'ADMIN',
    endpoint: 'events',
    method: 'INVOKE',
    clientIp: 'unknown',
    actorName: 'lambda:InvokeFunction',
    actorDomain: 'IAM',
    requestId,
    query: JSON.stringify(question).slice(0, MAX_QUERY),
  })
}

/** The invoker sees name and message, and the stack too: none of ours, please. */
function toInvocationError(cause: unknown, requestId: string): Error {
  const known = cause instanceof ScimError
  if (!known) log('ERROR', 'unexpected error', { requestId, error: String(cause).slice(0, 300) })
  const error = new Error(known ? cause.message : `Internal error; retry, and report request id ${requestId}`)
  error.name = known ? (cause.scimType ?? 'ScimError') : 'InternalError'
  error.stack = ''
  return error
}
