import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { closeServer, listenOnLoopback } from '../../shared/http/loopback.ts'
import { MAX_PARSED_HEAD_BYTES } from '../gateway/gateway.ts'

/** What is served at the address itself, whichever region it leads to. */
export interface Beside {
  owns(message: IncomingMessage): boolean
  serve(message: IncomingMessage, response: ServerResponse): Promise<void>
}

/** The address that clients have, before all regions. */
export interface Domain {
  /** `http://127.0.0.1:8080` */
  url: string
  /** From then on requests are passed on; `leadsTo` says where the next one goes. */
  open(leadsTo: () => string, beside: readonly Beside[]): void
  close(): Promise<void>
}

/** Listens on 127.0.0.1; requests wait until it is opened. */
export async function startDomain(port: number): Promise<Domain> {
  const server = createServer({
    maxHeaderSize: MAX_PARSED_HEAD_BYTES,
    requireHostHeader: false,
    keepAliveTimeout: 65_000,
  })
  const url = await listenOnLoopback(server, port)
  const agent = new Agent({ keepAlive: true })
  const opened = Promise.withResolvers<Parameters<Domain['open']>>()
  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    const [leadsTo, beside] = await opened.promise
    const own = beside.find((one) => one.owns(message))
    if (own) await own.serve(message, response)
    else passOn(leadsTo(), agent, message, response)
  }
  server.on('request', (message, response) => void serve(message, response))
  server.on('checkContinue', (message, response) => void serve(message, response))
  return {
    url,
    open: (...opening) => opened.resolve(opening),
    async close() {
      await closeServer(server)
      agent.destroy()
    },
  }
}

/**
 * Request and answer go through as they come, host name included: the signature is over it. Of a region that is gone the
 * client finds what it would find at an address where nobody answers.
 */
function passOn(to: string, agent: Agent, message: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, rawHeaders: headers } = message
  const onward = request(to, { agent, method, path, headers })
  onward.on('continue', () => response.writeContinue())
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.statusMessage, answer.rawHeaders)
    answer.pipe(response)
    answer.once('error', () => response.destroy())
  })
  onward.once('error', () => response.destroy())
  response.once('close', () => onward.destroy())
  message.pipe(onward)
}
