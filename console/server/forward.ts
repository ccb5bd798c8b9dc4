import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { invalidSyntax, notFound, ScimError, tooLarge } from '../../shared/scim/error.ts'
import { FORWARDED } from '../api.ts'
import { askUpstream, type Upstream } from './upstream.ts'

/** What API Gateway itself takes. */
const MAX_BODY_BYTES = 10 * 1024 * 1024
const TIMEOUT_MS = 35_000

const PATTERNS = Object.entries(FORWARDED).flatMap(([key, passes]) => {
  const [method = '', path = ''] = key.split(' ')
  return passes ? [{ method, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }] : []
})

/** The path to ask the service for. @throws {ScimError} where nothing of the list fits. */
export function toRoute(method: string, rest: string): string {
  const fitting = PATTERNS.filter(({ pattern }) => pattern.test(rest))
  if (fitting.length === 0)
    throw notFound(`The console passes nothing on at ${rest}: only what the rolecall command asks for`)
  if (fitting.some((one) => one.method === method)) return `/${rest.slice(1).split('/').map(toSegment).join('/')}`
  const allow = fitting.map((one) => one.method).join(', ')
  throw new ScimError(405, undefined, `Cannot ${method} ${rest}: send ${allow}`, { headers: { Allow: allow } })
}

/** A name that is no step in a path, encoded anew: what is signed is what was looked at. */
function toSegment(raw: string): string {
  const name = decode(raw)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/^\.{1,2}$|[/\\\u0000-\u001f\u007f]/.test(name))
    throw invalidSyntax(`Cannot read the path: ${JSON.stringify(raw)} is no name`)
  return encodeURIComponent(name)
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch (cause) {
    throw invalidSyntax(`Cannot read the path: ${JSON.stringify(raw)} is not encoded as UTF-8`, { cause })
  }
}

/** A space is %20 in what is signed. */
export function toSearch(search: string): string {
  const pairs = [...new URLSearchParams(search)].map((pair) => pair.map(encodeURIComponent).join('='))
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

/** Passes a request on to the service, and its answer back as it comes. */
export async function forward(
  upstream: Upstream,
  request: { method: string; path: string; search: string },
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await takeBody(message, MAX_BODY_BYTES)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(TIMEOUT_MS)])
  const answer = await askUpstream(upstream, { ...request, body, signal }).catch((cause) => {
    throw new ScimError(502, undefined, `Cannot reach ${upstream.url}: is it running? (${cause.message})`, { cause })
  })
  response.statusCode = answer.status
  for (const name of ['content-type', 'retry-after', 'etag', 'allow']) {
    const value = answer.headers.get(name)
    if (value !== null) response.setHeader(name, value)
  }
  if (answer.body) await pipeline(Readable.fromWeb(answer.body as never), response)
  else response.end()
}

async function takeBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(`Cannot take the request: its body is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
