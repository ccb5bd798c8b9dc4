import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** What the engine said, as it said it. */
export interface EngineAnswer {
  status: number
  /** Those of the message, not those of the connection that it came by. */
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Engines want to see a signature, though none looks at it. */
const UNSIGNED = {
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=proxy/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
}
const PROTOCOL = 'DynamoDB_20120810.'
export const CONTENT_TYPE = 'application/x-amz-json-1.0'

/** What the engine refuses: there is no such table, or no such key in it. A proxy gives its answer to its own caller. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal'
  readonly answer: EngineAnswer
  constructor(operation: string, answer: EngineAnswer) {
    super(`The engine refused ${operation}: ${answer.body.toString('utf8').slice(0, 500)}`)
    this.answer = answer
  }
}

/** Sends operations to the engine over connections that stay open. */
export class EngineConnection {
  readonly #agent = new Agent({ keepAlive: true })
  readonly #endpoint: string

  constructor(endpoint: string) {
    this.#endpoint = endpoint
  }

  /** One call; `headers` are the caller's own, where it is the caller's call. */
  send(operation: string, body: Buffer | string, headers: IncomingHttpHeaders = UNSIGNED): Promise<EngineAnswer> {
    return new Promise((resolve, reject) => {
      const { 'content-length': _, 'transfer-encoding': __, ...kept } = headers
      const sent = {
        ...kept,
        'content-type': CONTENT_TYPE,
        'x-amz-target': PROTOCOL + operation,
        'content-length': Buffer.byteLength(body),
      }
      const outgoing = request(this.#endpoint, { method: 'POST', agent: this.#agent, headers: sent }, (answer) => {
        const { statusCode: status = 500, headers: found } = answer
        const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, 'content-length': ____, ...headers } = found
        buffer(answer).then((content) => resolve({ status, headers, body: content }), reject)
      })
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  }

  /** A call of our own. @throws {EngineRefusal} */
  async ask(operation: string, input: object): Promise<Record<string, unknown>> {
    const answer = await this.send(operation, JSON.stringify(input))
    if (answer.status === 200) return JSON.parse(answer.body.toString('utf8'))
    throw new EngineRefusal(operation, answer)
  }

  close(): void {
    this.#agent.destroy()
  }
}
