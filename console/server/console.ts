import type { IncomingMessage, ServerResponse } from 'node:http'
import { forbidden, notFound, presentError, ScimError, unauthorized } from '../../shared/scim/error.ts'
import { API_BASE, CSRF_HEADER } from '../api.ts'
import { type Asset, loadAssets } from './assets.ts'
import { forward, toRoute, toSearch } from './forward.ts'
import { isData, isPlace, ownsPath } from './paths.ts'
import { type LinkTerms, Session } from './session.ts'
import { toSessionAnswer } from './session-answer.ts'
import type { Upstream } from './upstream.ts'

export interface ConsoleOptions {
  /** Where the page is: `http://127.0.0.1:8080`. */
  url: string
  upstream: Upstream
  link: LinkTerms
  /** Nothing is passed on that could change anything. */
  readOnly: boolean
  /** How the CLI is called. */
  command: string
  /** What gives whoever has no session one. */
  howToOpen: string
}

/** The page and its data, to be served on a port with others or alone. */
export interface Console {
  /** What opens it in a browser. */
  link: string
  /** Whether the target of a request is the page's. */
  owns(target: string | undefined): boolean
  serve(message: IncomingMessage, response: ServerResponse): Promise<void>
}

const SECURITY = {
  'Content-Security-Policy': [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'",
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

export function createConsole(options: ConsoleOptions): Console {
  const { host, port } = new URL(options.url)
  const session = new Session(port, options.link)
  const pathOf = (target = '/') => target.replace(/\?.*$/s, '')
  const serve = async (message: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value)
    try {
      if (message.headers.host !== host) throw forbidden(`The host name is refused: open ${options.url}`)
      const path = pathOf(message.url)
      if (isData(path)) await serveData(message, response, path)
      else await serveFile(message, response, path)
    } catch (error) {
      refuse(response, error)
    }
  }

  async function serveFile(message: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const url = new URL(message.url ?? '/', options.url)
    const link = url.searchParams.get('link')
    if (isPlace(path) && link !== null) return leaveLink(response, url, link)
    const asset = (await loadAssets()).get(isPlace(path) ? '/' : path)
    if (!asset) throw notFound(`There is no file ${path}`)
    sendAsset(message, response, asset)
  }

  function leaveLink(response: ServerResponse, url: URL, link: string): void {
    const cookie = session.exchange(link, Date.now())
    url.searchParams.delete('link')
    if (cookie) response.setHeader('Set-Cookie', cookie)
    response.writeHead(303, { Location: `${url.pathname}${url.search}`, 'Cache-Control': 'no-store' }).end()
  }

  async function serveData(message: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    response.setHeader('Cache-Control', 'no-store')
    const { headers, method = 'GET' } = message
    if (headers.origin !== options.url && headers['sec-fetch-site'] !== 'same-origin') {
      throw forbidden(`Only the page at ${options.url} may ask here`)
    }
    if (!session.isOpenTo(headers.cookie)) throw unauthorized(`This page has no session: ${options.howToOpen}`)
    if (method !== 'GET' && !session.isOwnWrite(headers[CSRF_HEADER]?.toString())) {
      throw forbidden(`Cannot ${method}: the header ${CSRF_HEADER} is missing or wrong; load the page again`)
    }
    const { readOnly, command, upstream } = options
    if (path === `${API_BASE}/session`) {
      const answer = await toSessionAnswer(upstream, { readOnly, command, csrf: session.csrf })
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify(answer))
      return
    }
    const rest = path.slice(API_BASE.length)
    const route = toRoute(method, rest)
    if (readOnly && method !== 'GET') throw forbidden('This console only reads: start it without --read-only')
    const search = toSearch(message.url?.slice(path.length) ?? '')
    await forward(upstream, { method, path: route, search }, message, response)
  }

  return {
    link: `${options.url}/?link=${session.link}`,
    owns: (target) => ownsPath(pathOf(target)),
    serve,
  }
}

function sendAsset({ headers }: IncomingMessage, response: ServerResponse, asset: Asset): void {
  const zipped = /\bgzip\b/.test(headers['accept-encoding']?.toString() ?? '') ? asset.zipped : undefined
  const etag = `"${asset.etag}${zipped ? '-gzip' : ''}"`
  const about = { 'Content-Type': asset.type, ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' }
  if (headers['if-none-match'] === etag) {
    response.writeHead(304, about).end()
    return
  }
  const body = zipped ?? asset.content
  response.writeHead(200, { ...about, ...(zipped && { 'Content-Encoding': 'gzip' }), 'Content-Length': body.length })
  response.end(body)
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const refusal =
    error instanceof ScimError ? error : new ScimError(500, undefined, 'The console failed: load the page again')
  response.writeHead(refusal.status, { ...refusal.headers, 'Content-Type': 'application/json' })
  response.end(JSON.stringify(presentError(refusal)))
}
