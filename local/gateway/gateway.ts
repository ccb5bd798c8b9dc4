import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { closeServer, listenOnLoopback } from '../../shared/http/loopback.ts'
import { presentGatewayError } from './gateway-error.ts'
import type { LambdaHandlers } from './lambda.ts'
import { type HandlerOptions, RequestHandler } from './request-handler.ts'
import type { GatewayModel } from './template.ts'

/** Node itself refuses larger ones, before we see them. */
export const MAX_PARSED_HEAD_BYTES = 64 * 1024

export interface GatewayOptions extends HandlerOptions {
  /** 0 takes any free port. */
  port?: number
}

/** What is served on the same port beside the routes, under the paths it owns. */
interface Mounted {
  owns(message: IncomingMessage): boolean
  serve(message: IncomingMessage, response: ServerResponse): Promise<void>
}

/** A running gateway. */
export interface Gateway {
  /** `http://127.0.0.1:8080` */
  url: string
  /** Gives the gateway its functions, which may want to know the address first; requests wait for them. */
  serve(handlers: LambdaHandlers): void
  /** Puts something beside the routes. */
  mount(beside: Mounted): void
  /** What FlushStageAuthorizersCache does. */
  flushAuthorizerCache(): void
  close(): Promise<void>
}

/**
 * Serves the routes of the template on 127.0.0.1, as API Gateway serves them. Of what it is told there only the stage's
 * throttle is left out; each client's limits are kept where that is asked for.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const server = createServer({
    maxHeaderSize: MAX_PARSED_HEAD_BYTES,
    requireHostHeader: false,
    keepAliveTimeout: 65_000,
  })
  const url = await listenOnLoopback(server, options.port ?? 0)
  const requests = new RequestHandler(options, url)
  let beside: Mounted | undefined
  const serve = (message: IncomingMessage, response: ServerResponse) =>
    void (beside?.owns(message) ? beside : requests).serve(message, response)
  server.on('clientError', (error, socket) => refuseBrokenHttp(options.model, error, socket as Socket))
  server.on('request', serve)
  // Whoever asks first whether to send a body hears "continue" only when it is wanted.
  server.on('checkContinue', serve)
  return {
    url,
    serve: requests.handlers.resolve,
    mount: (mounted) => {
      beside = mounted
    },
    flushAuthorizerCache: () => requests.cache.flush(),
    close: () => closeServer(server),
  }
}

function refuseBrokenHttp(model: GatewayModel, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const type = error.code === 'HPE_HEADER_OVERFLOW' ? 'REQUEST_TOO_LARGE' : 'DEFAULT_4XX'
  const { status, headers, body } = presentGatewayError(model, { type }, randomUUID())
  const lines = [...headers, ['Content-Length', String(Buffer.byteLength(body))], ['Connection', 'close']]
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n${body}`)
}
