import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AwsCredentials } from '../../shared/auth/sigv4.ts'
import { collectBody, endAnswer } from '../../shared/http/message-body.ts'
import { LOCAL_AWS } from '../environment.ts'
import { AuthorizerCache } from './authorizer-cache.ts'
import { ClientThrottle } from './client-throttle.ts'
import { GatewayError, presentGatewayError } from './gateway-error.ts'
import { headBytes, headerValues, type RawAnswer, type RawRequest, toRawRequest } from './http-message.ts'
import { checkSignedHead } from './iam-authorization.ts'
import { toIntegrationAnswer } from './integration-answer.ts'
import { type LambdaHandlers, MAX_PAYLOAD_BYTES, runHandler } from './lambda.ts'
import { isInvocationPath, serveInvocation } from './lambda-endpoint.ts'
import { type ApiKey, leniently, type Surroundings, strictly, toProxyEvent } from './proxy-event.ts'
import { type RouteMatch, routeMatcher } from './route-match.ts'
import { sendPieces } from './send-pieces.ts'
import { toStreamedAnswer } from './streamed-answer.ts'
import type { GatewayModel, MethodModel } from './template.ts'
import { authorizeByToken, type Decision } from './token-authorization.ts'

/** API Gateway's own limits, which no template can change. */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024
const MAX_HEAD_BYTES = 10_240

export interface HandlerOptions {
  model: GatewayModel
  /** The key that IAM-authorized requests are signed with. */
  credentials: AwsCredentials
  /** What the ARNs of its methods name; that of the local engine, if not given. */
  region?: string
  /** Another address that its requests are sent to: `http://127.0.0.1:8080`. */
  domain?: string | undefined
  /** Epoch milliseconds, for the authorizer cache, for signatures and for limits. */
  now?: () => number
  /** Whether the usage plan's limits are kept, as API Gateway does; by default they are not: one machine is slow enough. */
  throttled?: boolean
  /** The caller's address; tests pretend to be elsewhere. */
  sourceIp?: (message: IncomingMessage) => string
  /** Gets what failed on our side; by default one JSON line on standard error, with nothing of the request in it. */
  logFailure?: (failure: Error, requestId: string) => void
}

/** One request and its answer, on their connection. */
interface Exchange {
  message: IncomingMessage
  response: ServerResponse
  requestId: string
}

/** Takes a request from the socket to its answer: limits, route, caller, function. */
export class RequestHandler {
  readonly cache: AuthorizerCache<Decision>
  readonly handlers = Promise.withResolvers<LambdaHandlers>()
  readonly #options: HandlerOptions
  readonly #hosts: ReadonlySet<string>
  readonly #match: (path: string) => RouteMatch | undefined
  readonly #now: () => number
  readonly #clients: ClientThrottle

  constructor(options: HandlerOptions, url: string) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.cache = new AuthorizerCache(this.#now)
    this.#clients = new ClientThrottle(options.model.clients, this.#now)
    this.#hosts = new Set([url, options.domain ?? url].flatMap(hostNames))
    this.#match = routeMatcher(options.model.routes)
  }

  async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    const sourceIp = this.#options.sourceIp?.(message) ?? message.socket.remoteAddress ?? ''
    const request = toRawRequest(message, sourceIp.replace(/^::ffff:/, ''))
    const exchange = { message, response, requestId }
    try {
      await send(exchange, await this.#answer(exchange, request))
    } catch (error) {
      this.#logFailure(error, requestId)
      // Of an answer that has begun nothing can be taken back.
      if (response.headersSent) return
      const refusal = error instanceof GatewayError ? error : { type: 'DEFAULT_5XX' as const }
      await send(exchange, presentGatewayError(this.#options.model, refusal, requestId))
    }
  }

  async #answer(exchange: Exchange, request: RawRequest): Promise<RawAnswer> {
    if (headBytes(request) > MAX_HEAD_BYTES) throw new GatewayError('REQUEST_TOO_LARGE')
    const host = this.#requireOwnHost(request)
    if (isInvocationPath(request.path)) return this.#serveLambda(exchange, request)
    const match = this.#match(request.path)
    const method = match?.route.methods.get(request.method) ?? match?.route.methods.get('ANY')
    if (!match || !method || !METHODS.has(request.method)) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN')
    const { stage } = this.#options.model
    const around = { requestId: exchange.requestId, stage, receivedAt: new Date(this.#now()), host }
    return this.#integrate(exchange, request, match, method, around)
  }

  /** A page of another site can make a browser call us under its own name (DNS rebinding). */
  #requireOwnHost(request: RawRequest): string {
    const [host = '', another] = headerValues(request, 'host')
    if (another === undefined && this.#hosts.has(host)) return host
    const names = [...this.#hosts].join(' and ')
    throw new GatewayError('ACCESS_DENIED', {
      detail: `The host name is refused: this system answers as ${names} only`,
    })
  }

  /** Who is calling is decided before the path is decoded and before the body is taken. */
  async #integrate(
    exchange: Exchange,
    request: RawRequest,
    match: RouteMatch,
    method: MethodModel,
    around: Surroundings,
  ): Promise<RawAnswer> {
    const authorized = await this.#authorizeToken(request, match, method, around)
    const apiKey = method.needsKey ? this.#admit(authorized?.key) : undefined
    const head = method.authorization === 'AWS_IAM' ? await checkSignedHead(request, this.#iam) : undefined
    const body = await takeBody(exchange)
    const iam = await head?.checkBody(body)
    const found = { ...around, authorizer: authorized?.context, apiKey, iam }
    const payload = JSON.stringify(toProxyEvent(request, match, found, strictly, body))
    if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) throw new GatewayError('REQUEST_TOO_LARGE')
    const invocation = await this.#callFunction(method.function, payload, method.timeoutMs)
    return method.streams ? toStreamedAnswer(invocation) : toIntegrationAnswer(invocation)
  }

  async #authorizeToken(request: RawRequest, match: RouteMatch, method: MethodModel, around: Surroundings) {
    const { authorization: authorizer } = method
    if (typeof authorizer === 'string') return undefined
    const event = toProxyEvent(request, match, around, leniently)
    const call = (question: unknown) => this.#callFunction(authorizer.function, JSON.stringify(question))
    const { region = LOCAL_AWS.region } = this.#options
    return authorizeByToken(request, event, { authorizer, cache: this.cache, region, stage: around.stage, call })
  }

  /** After the authorizer, which names the key, and before anything else of the request. */
  #admit(key: string | undefined): ApiKey {
    const id = this.#clients.requireKey(key)
    if (this.#options.throttled) this.#clients.take(id)
    return { apiKey: key ?? null, apiKeyId: id }
  }

  async #serveLambda(exchange: Exchange, request: RawRequest): Promise<RawAnswer> {
    const api = { model: this.#options.model, handlers: await this.handlers.promise, iam: this.#iam }
    return serveInvocation(request, () => takeBody(exchange), api)
  }

  async #callFunction(name: MethodModel['function'], payload: string, limitMs?: number) {
    const handlers = await this.handlers.promise
    const model = this.#options.model.functions.get(name)
    if (!model) throw new Error(`The template has no function ${name}`)
    return runHandler(handlers[name], payload, model, limitMs)
  }

  /** Refusals are nothing to log; what went wrong on our side is. */
  #logFailure(error: unknown, requestId: string): void {
    const cause = error instanceof GatewayError ? error.cause : error
    const { logFailure = writeFailure } = this.#options
    if (cause instanceof Error && !(cause instanceof URIError)) logFailure(cause, requestId)
  }

  get #iam() {
    return { credentials: this.#options.credentials, service: 'execute-api' as const, now: this.#now() }
  }
}

function hostNames(url: string): string[] {
  const { host, port } = new URL(url)
  return [host, `localhost:${port}`]
}

/** What `ANY` stands for. */
const METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])

async function takeBody({ message, response }: Exchange): Promise<Buffer> {
  if (message.headers.expect) response.writeContinue()
  const body = await collectBody(message, MAX_REQUEST_BYTES)
  if (!body) throw new GatewayError('REQUEST_TOO_LARGE')
  return body
}

async function send({ message, response, requestId }: Exchange, answer: RawAnswer): Promise<void> {
  const inPieces = typeof answer.body === 'object' && Symbol.asyncIterator in answer.body
  if (response.destroyed && !inPieces) return
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) response.appendHeader(name, value)
  response.setHeader('x-amzn-RequestId', requestId)
  if (inPieces) return sendPieces(response, answer.body as AsyncIterable<Buffer>)
  const body = answer.status === 204 || answer.status === 304 ? undefined : (answer.body as string | Buffer)
  await endAnswer(message, response, body)
}

/** One JSON line on standard error, with nothing of the request in it. */
export function writeFailure(failure: Error, requestId: string): void {
  process.stderr.write(`${JSON.stringify({ level: 'ERROR', requestId, error: failure.stack?.slice(0, 2000) })}\n`)
}
