import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { type ConsoleOptions, createConsole } from '../../console/server/console.ts'
import { closeServer, listenOnLoopback } from '../../shared/http/loopback.ts'

/** A request as the service behind the console got it. */
export interface Asked {
  method: string
  target: string
  headers: IncomingMessage['headers']
  body: string
}

export interface RawCall {
  method?: string
  /** As it goes out: nothing is normalised. */
  target?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
}

export interface RawAnswer {
  status: number
  headers: IncomingMessage['headers']
  body: string
}

/** Sends a request with any Host, any path, any method, as browsers and `fetch` would not. */
export async function sendRaw(
  url: string,
  { method = 'GET', target = '/', headers, body }: RawCall,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const sent = request({ hostname, port, method, path: target, headers, agent: false })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, headers: response.headers, body: (await buffer(response)).toString() }
}

type Behind = (asked: Asked, response: ServerResponse) => unknown

/** A console on a port of its own before a service that a test plays. */
export async function startConsole(behind: Behind, options: Partial<ConsoleOptions> = {}) {
  const asked: Asked[] = []
  const failures: Error[] = []
  const service = createServer(async (message, response) => {
    const { method = '', url: target = '', headers } = message
    const one = { method, target, headers, body: (await buffer(message)).toString() }
    asked.push(one)
    await behind(one, response)
  })
  const server = createServer()
  const [serviceUrl, url] = (await Promise.all([service, server].map((one) => listenOnLoopback(one, 0)))) as [
    string,
    string,
  ]
  const page = createConsole({
    ...{
      url,
      readOnly: false,
      command: './rolecall',
      commandOptions: [],
      howToOpen: 'open the link',
      link: { once: false },
    },
    upstream: {
      url: serviceUrl,
      region: 'eu-west-1',
      credentials: async () => ({ accessKeyId: 'K', secretAccessKey: 'S' }),
    },
    logFailure: (failure) => failures.push(failure),
    ...options,
  })
  server.on('request', page.serve).on('checkContinue', page.serve)
  const stopService = () => closeServer(service)
  const stop = () => Promise.all([server, service].map(closeServer))
  return {
    url,
    host: new URL(url).host,
    page,
    asked,
    failures,
    stop,
    stopService,
    serviceUrl,
    send: (call: RawCall) => sendRaw(url, call),
  }
}

/** What a browser sends once it came by the link. */
export async function openLink(url: string, link: string) {
  const opened = await sendRaw(url, { target: link.slice(url.length) })
  const [cookie = ''] = opened.headers['set-cookie'] ?? []
  return { cookie: cookie.split(';')[0] ?? '', 'sec-fetch-site': 'same-origin' }
}

/** The same, and the word for writes, for which the page asks first. */
export async function openSession(url: string, link: string) {
  const headers = await openLink(url, link)
  const { body } = await sendRaw(url, { target: '/console/api/session', headers })
  return { ...headers, 'x-rolecall-csrf': (JSON.parse(body) as { csrf: string }).csrf }
}
