import type { Agent, IncomingMessage, RequestOptions } from 'node:http'

/** A request as the SDK builds it. */
export interface HttpRequest {
  /** `https:` or `http:`. */
  protocol: string
  hostname: string
  port?: number | undefined
  method: string
  path: string
  headers: Record<string, string>
  body?: unknown
}

export interface HttpAnswer {
  statusCode: number
  headers: Record<string, string>
  body: Uint8Array
}

/** What limits an attempt. */
export interface Attempt {
  abortSignal?: AbortSignal
  /** Silence after which it fails, in ms. */
  requestTimeout?: number
}

/** Within which DynamoDB answers an attempt, or it is made anew: a frozen connection and a hung table are noticed. */
export const ATTEMPT_MS = 3000
/** The same of an engine that is not AWS's: on a busy machine it is slow, and not lost. */
const ENGINE_ATTEMPT_MS = 30_000
export const attemptMsOf = ({ dynamodbEndpoint }: { dynamodbEndpoint: string | undefined }): number =>
  dynamodbEndpoint ? ENGINE_ATTEMPT_MS : ATTEMPT_MS
/** What opening a connection ahead of time may delay a start. */
const OPENING_MS = 300
/** Calls in flight at once; more wait for a connection. */
const MAX_SOCKETS = 50

/**
 * Sends requests over connections kept alive, and receives answers whole: what the SDK takes as its request handler.
 * The SDK's own keeps four timers a call for what one time limit of the socket does here, and writes head and body
 * separately. The HTTP modules are asked for when needed: an import of them costs a cold start 50 ms.
 */
export class Connection {
  /** Tells the SDK what this speaks. */
  readonly metadata = { handlerProtocol: 'http/1.1' }
  readonly #agents = new Map<string, Agent>()
  readonly #attemptMs: number

  constructor(attemptMs = ATTEMPT_MS) {
    this.#attemptMs = attemptMs
  }

  /** One attempt. @throws {Error} `TimeoutError`, `AbortError`, or what Node says of a connection that is lost. */
  async handle(request: HttpRequest, attempt: Attempt = {}): Promise<{ response: HttpAnswer }> {
    const { abortSignal: signal, requestTimeout: timeout = this.#attemptMs } = attempt
    const { hostname: host, port, method, path } = request
    const options: RequestOptions = {
      ...{ host, port, method, path, timeout, agent: this.#agentFor(request.protocol) },
      headers: { ...request.headers, 'user-agent': 'rolecall' },
      ...(signal && { signal }),
    }
    return { response: await exchange(request.protocol, options, textOf(request.body)) }
  }

  /**
   * Looks up the name, connects and shakes hands, by a request that nobody signs: DynamoDB answers it that it is well,
   * charges nothing and records nothing. Whether it succeeds changes nothing.
   */
  async open({ protocol, hostname, port }: URL): Promise<void> {
    const request = { protocol, hostname, method: 'GET', path: '/', headers: {}, body: '' }
    await this.handle({ ...request, ...toPort(port) }, { requestTimeout: OPENING_MS }).catch(() => {})
  }

  /** Closes every connection. */
  destroy(): void {
    for (const agent of this.#agents.values()) agent.destroy()
  }

  #agentFor(protocol: string): Agent {
    const known = this.#agents.get(protocol)
    if (known) return known
    const agent = new (moduleOf(protocol).Agent)({ keepAlive: true, maxSockets: MAX_SOCKETS })
    this.#agents.set(protocol, agent)
    return agent
  }
}

/** The port of an address that names one. */
export const toPort = (port: string) => port !== '' && { port: Number(port) }

/** Where DynamoDB listens in a region; `configured` where something stands in its place. */
export const endpointOf = (configured: string | undefined, region: string): URL =>
  new URL(configured ?? `https://dynamodb.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`)

const moduleOf = (protocol: string) =>
  protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')

function exchange(protocol: string, options: RequestOptions, body: string): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = moduleOf(protocol).request(options, (answer) => receive(answer, resolve, reject))
    request.on('error', reject)
    request.on('timeout', () => request.destroy(timeoutError(options.timeout)))
    request.end(body)
  })
}

function receive(answer: IncomingMessage, resolve: (answer: HttpAnswer) => void, reject: (error: Error) => void): void {
  const chunks: Buffer[] = []
  answer.on('data', (chunk: Buffer) => chunks.push(chunk))
  answer.on('error', reject)
  answer.on('end', () => {
    const [first, ...more] = chunks
    const body = first && more.length === 0 ? first : Buffer.concat(chunks)
    resolve({ statusCode: answer.statusCode ?? 0, headers: answer.headers as Record<string, string>, body })
  })
}

/** Text goes out with the head in one piece, bytes after it in a second. */
function textOf(body: unknown): string {
  if (typeof body === 'string') return body
  const { buffer, byteOffset, byteLength } = body as Uint8Array
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString()
}

/** By this name the SDK and `failure.ts` know it. */
function timeoutError(ms: number | undefined): Error {
  const error = new Error(`DynamoDB did not answer within ${ms} ms`)
  error.name = 'TimeoutError'
  return error
}
