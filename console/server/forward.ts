import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { collectBody } from '../../shared/http/message-body.ts'
import { forbidden, ScimError, tooLarge } from '../../shared/scim/error.ts'
import type { ForwardedRoute } from './forwarded-route.ts'
import { askUpstream, type Upstream } from './upstream.ts'

/** What API Gateway itself takes. */
const MAX_BODY_MB = 10
/** What the page gets to see of an answer's headers. */
const PASSED_BACK = ['content-type', 'retry-after', 'etag', 'allow', 'x-request-id', 'x-amzn-requestid']

/** Passes a request on to the service, and its answer back as it comes. @throws {ScimError} where there is none. */
export async function forward(
  upstream: Upstream,
  route: ForwardedRoute,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await takeBody(message, response)
  const { method, path, search } = route
  const signal = closingOf(response)
  const answer = await askUpstream(upstream, { method, path, search, body, signal })
  if (answer.headers.get('x-amzn-errortype')?.startsWith('AccessDenied')) throw mayNot(route)
  response.statusCode = answer.status
  for (const name of PASSED_BACK) {
    const value = answer.headers.get(name)
    if (value !== null) response.setHeader(name, value)
  }
  if (answer.body) await pipeline(Readable.from(answer.body), response)
  else response.end()
}

/** Aborted when the page has left, or has its answer. */
export function closingOf(response: ServerResponse): AbortSignal {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  return closed.signal
}

async function takeBody(message: IncomingMessage, response: ServerResponse): Promise<Buffer> {
  if (message.headers.expect) response.writeContinue()
  const body = await collectBody(message, MAX_BODY_MB * 1024 * 1024)
  if (!body) throw tooLarge(`Cannot take the request: its body is over ${MAX_BODY_MB} MB; send less at once`)
  if (body.length > 0 && !/^application\/json\b/.test(message.headers['content-type'] ?? '')) {
    throw new ScimError(415, undefined, 'Cannot read the body: send Content-Type application/json')
  }
  return body
}

const mayNot = ({ method, template }: ForwardedRoute) =>
  forbidden(`Your principal may not ${method} ${template}: ask for execute-api:Invoke on ${method} ${template}`)
