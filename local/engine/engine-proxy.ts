import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { closeServer, listenOnLoopback } from '../../shared/http/loopback.ts'
import { CONTENT_TYPE, type EngineAnswer } from './engine-connection.ts'

/** A call of DynamoDB's protocol, as it came. */
export interface EngineCall {
  /** `PutItem` */
  operation: string
  body: Buffer
  headers: IncomingHttpHeaders
}

/** What answers DynamoDB's protocol in the place of an engine. */
export interface EngineProxy {
  /** `http://127.0.0.1:8001` */
  endpoint: string
  close(): Promise<void>
}

/** Says what becomes of a call: its answer, or nothing, where the caller is to find its connection broken. */
export type AnswerCall = (call: EngineCall) => Promise<EngineAnswer | undefined>

/** Listens as an engine does; an engine behind it that is gone looks the same from here as from its clients. */
export async function startEngineProxy(answer: AnswerCall, port = 0): Promise<EngineProxy> {
  const server = createServer(
    { keepAliveTimeout: 65_000 },
    (message, response) => void serve(answer, message, response),
  )
  const endpoint = await listenOnLoopback(server, port)
  return { endpoint, close: () => closeServer(server) }
}

async function serve(answerCall: AnswerCall, message: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await buffer(message)
    const operation = String(message.headers['x-amz-target']).split('.')[1] ?? ''
    const answer = await answerCall({ operation, body, headers: message.headers })
    if (!answer) return void response.destroy()
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length })
    response.end(answer.body)
  } catch (error) {
    if (/^E[A-Z]+$/.test(String((error as NodeJS.ErrnoException).code))) response.destroy()
    else fail(response, error)
  }
}

function fail(response: ServerResponse, error: unknown): void {
  process.stderr.write(`The proxy failed: ${error instanceof Error ? error.stack : String(error)}\n`)
  response.writeHead(500, { 'content-type': CONTENT_TYPE })
  response.end(JSON.stringify({ __type: 'InternalServerError', message: String(error) }))
}
