import type { IncomingMessage, ServerResponse } from 'node:http'
import { endAnswer } from '../../shared/http/message-body.ts'
import { forbidden, ScimError } from '../../shared/scim/error.ts'
import { API_BASE } from '../api.ts'
import { serveDrift } from './drift.ts'
import { serveExport } from './export.ts'
import { forward } from './forward.ts'
import { toForwardedRoute } from './forwarded-route.ts'
import { sendPageFile } from './page-file.ts'
import { isData, isPlace, ownsPath } from './paths.ts'
import { presentRefusal, toRefusal } from './refusal.ts'
import { type LinkTerms, Session } from './session.ts'
import { presentSession } from './session-answer.ts'
import type { Upstream } from './upstream.ts'
import { requireHost, requireOwnWrite, requirePage, requireSession } from './visitor.ts'

export interface ConsoleOptions {
  /** Where the page is: `http://127.0.0.1:8080`. */
  url: string
  upstream: Upstream
  link: LinkTerms
  /** Nothing is passed on that could change anything. */
  readOnly: boolean
  /** How the CLI is called. */
  command: string
  /** What it takes to reach this service. */
  commandOptions: readonly string[]
  /** What gives a session to whoever has none. */
  howToOpen: string
  /** Gets what failed on our side. */
  logFailure(failure: Error): void
}

/** The page and its data, to be served on a port with others or alone. */
export interface Console {
  /** What opens it in a browser. */
  link: string
  /** Whether the target of a request is the page's. */
  owns(message: IncomingMessage): boolean
  serve(message: IncomingMessage, response: ServerResponse): Promise<void>
}

/** Nothing but our own files, nothing that text could become code by, and nobody who frames or embeds us. */
const SECURITY = {
  'Content-Security-Policy': [
    ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'"],
    ...["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** The console of one service, for one principal: what each request has to prove stands in visitor.ts. */
export function createConsole(options: ConsoleOptions): Console {
  const session = new Session(new URL(options.url).port, options.link)
  return {
    link: `${options.url}/?link=${session.link}`,
    // No browser names a place with a token: that is a client with a wrong base URL, whom the gateway answers.
    owns: ({ url = '', headers }) =>
      ownsPath(pathOf(url)) && !(isPlace(pathOf(url)) && headers.authorization !== undefined),
    serve: async (message, response) => {
      for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value)
      await answer(options, session, message, response).catch((error) => refuse(options, message, response, error))
    },
  }
}

const pathOf = (target: string): string => target.replace(/\?.*$/s, '')

async function answer(
  options: ConsoleOptions,
  session: Session,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireHost(message, options.url)
  const { method, url: target = '/' } = message
  const path = pathOf(target)
  if (isData(path)) return serveData(options, session, message, response)
  const { searchParams } = new URL(target, options.url)
  const link = searchParams.get('link')
  if (method === 'GET' && isPlace(path) && link !== null) return exchangeLink(session, message, response, link)
  await sendPageFile(message, response, path)
}

/** A link that is good gives a session; either way the address bar, and what remembers it, is rid of it. */
function exchangeLink(session: Session, message: IncomingMessage, response: ServerResponse, link: string): void {
  // Whoever fetches ahead has not decided to open the page, and would use the link up.
  const isAhead = message.headers['sec-purpose']?.includes('prefetch')
  if (isAhead) throw new ScimError(503, undefined, 'The link is not opened ahead of its use')
  const url = new URL(message.url ?? '/', 'http://127.0.0.1')
  url.searchParams.delete('link')
  const cookie = session.exchange(link, Date.now())
  response.writeHead(303, {
    ...(cookie && { 'Set-Cookie': cookie }),
    ...{ Location: `${url.pathname}${url.search}`, 'Cache-Control': 'no-store', 'Content-Length': 0 },
  })
  response.end()
}

async function serveData(
  options: ConsoleOptions,
  session: Session,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('Cache-Control', 'no-store')
  requirePage(message, options.url)
  requireSession(message, session, options.howToOpen)
  const { method = 'GET', url: target = '' } = message
  const rest = pathOf(target).slice(API_BASE.length)
  if (rest === '/session' && method === 'GET') {
    const body = JSON.stringify(await presentSession(options, session.csrf))
    response.setHeader('Content-Type', 'application/json')
    return void response.end(body)
  }
  if (rest === '/drift' && method === 'POST') {
    requireOwnWrite(message, session)
    const account = new URL(target, options.url).searchParams.get('account')
    return serveDrift(options, account, message, response)
  }
  if (rest === '/export' && method === 'GET') {
    const { searchParams } = new URL(target, options.url)
    return serveExport(options, Object.fromEntries(searchParams), response)
  }
  const route = toForwardedRoute(method, rest, target.slice(pathOf(target).length))
  requireOwnWrite(message, session)
  if (options.readOnly && method !== 'GET') throw forbidden('This console only reads: start one without --read-only')
  await forward(options.upstream, route, message, response)
}

/** Says what went wrong; of an answer that has begun nothing can be taken back, so it is cut. */
async function refuse(
  { logFailure }: ConsoleOptions,
  message: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): Promise<void> {
  if (response.destroyed) return
  const refusal = toRefusal(error, logFailure)
  if (response.headersSent) return void response.destroy()
  response.statusCode = refusal.status
  const headers = { ...refusal.headers, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  response.setHeaders(new Map(Object.entries(headers)))
  await endAnswer(message, response, JSON.stringify(presentRefusal(refusal)))
}
