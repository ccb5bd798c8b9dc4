import { GatewayError } from './gateway-error.ts'
import type { RawAnswer, RawRequest } from './http-message.ts'
import { checkSignedHead, type IamAuthorization } from './iam-authorization.ts'
import { type Invocation, type LambdaHandlers, MAX_PAYLOAD_BYTES, runHandler } from './lambda.ts'
import { leniently } from './proxy-event.ts'
import type { GatewayModel } from './template.ts'

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/** Whether a path belongs to Lambda's own API, which `aws lambda invoke --endpoint-url` calls. */
export const isInvocationPath = (path: string) => INVOCATIONS.test(path)

/** Whose functions are called, and with which key. */
export interface LambdaApi {
  model: GatewayModel
  handlers: LambdaHandlers
  iam: Omit<IamAuthorization, 'service'>
}

/** Lambda's Invoke: the raw payload in, the function's answer out; signed requests only, and no body of any other. */
export async function serveInvocation(
  request: RawRequest,
  takeBody: () => Promise<Buffer>,
  { model, handlers, iam }: LambdaApi,
): Promise<RawAnswer> {
  const body = await takeSignedBody(request, takeBody, iam)
  if (!body)
    return refusal(403, 'InvalidSignatureException', 'The request signature does not match the local credentials')
  const asked = leniently(INVOCATIONS.exec(request.path)?.[1] ?? '')
  const found = [...model.functions].find(([name, { functionName }]) => name === asked || functionName === asked)
  if (!found) return refusal(404, 'ResourceNotFoundException', `Function not found: ${asked.slice(0, 80)}`)
  const payload = body.length > 0 ? body.toString('utf8') : 'null'
  if (body.length > MAX_PAYLOAD_BYTES) return refusal(413, 'RequestTooLargeException', 'The payload is too large')
  if (!isJson(payload)) return refusal(400, 'InvalidRequestContentException', 'Could not parse payload as JSON')
  const [name, fn] = found
  return toInvocationAnswer(await runHandler(handlers[name], payload, fn))
}

async function takeSignedBody(
  request: RawRequest,
  takeBody: () => Promise<Buffer>,
  iam: LambdaApi['iam'],
): Promise<Buffer | undefined> {
  try {
    const head = await checkSignedHead(request, { ...iam, service: 'lambda' })
    const body = await takeBody()
    await head.checkBody(body)
    return body
  } catch (error) {
    if (error instanceof GatewayError && error.type !== 'REQUEST_TOO_LARGE') return undefined
    throw error
  }
}

function toInvocationAnswer(invocation: Invocation): RawAnswer {
  const headers: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['X-Amz-Executed-Version', '$LATEST'],
  ]
  // Invoke hands over what a function streamed when all of it is there.
  if (invocation.kind === 'stream') return { status: 200, headers, body: invocation.stream.pieces() }
  if (invocation.kind === 'done') return { status: 200, headers, body: JSON.stringify(invocation.payload) }
  const { name, message } =
    invocation.kind === 'crash' ? invocation.error : { name: 'Sandbox.Timedout', message: 'The function timed out' }
  const body = JSON.stringify({ errorType: name, errorMessage: message })
  return { status: 200, headers: [...headers, ['X-Amz-Function-Error', 'Unhandled']], body }
}

function refusal(status: number, type: string, message: string): RawAnswer {
  const headers: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['x-amzn-ErrorType', type],
  ]
  return { status, headers, body: JSON.stringify({ Type: 'User', message }) }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
