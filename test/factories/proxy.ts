import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/**
 * What becomes of a call: it is passed on and answered; passed on, its answer lost; or it goes no further, or only
 * when a promise says so, and is never answered.
 */
export type Treatment = 'pass' | 'lose' | 'hang' | Promise<void>

export interface EngineProxy {
  endpoint: string
  close(): Promise<void>
}

/** Stands before the engine; `treat` sees the name and the input of each call. */
export async function startProxy(
  engine: string,
  treat: (operation: string, input: object) => Treatment,
): Promise<EngineProxy> {
  const server = createServer((message, response) => {
    void pass(engine, message, response, treat)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

async function pass(
  engine: string,
  message: IncomingMessage,
  response: ServerResponse,
  treat: (operation: string, input: object) => Treatment,
) {
  // Whoever only opens a connection asks for nothing.
  if (message.method === 'GET') {
    response.end()
    return
  }
  const body = await buffer(message)
  const operation = String(message.headers['x-amz-target']).split('.')[1] ?? ''
  const treatment = treat(operation, JSON.parse(body.toString('utf8')))
  if (treatment === 'hang') return
  await treatment
  const onward = sendRequest(engine, { method: 'POST', headers: message.headers }, (answer) => {
    if (treatment !== 'pass') return answer.resume()
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    return answer.pipe(response)
  })
  onward.end(body)
}
