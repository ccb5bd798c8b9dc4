import type { IncomingMessage } from 'node:http'

/** A request as it arrived: nothing decoded, nothing merged. */
export interface RawRequest {
  method: string
  /** Still percent-encoded, with its leading slash. */
  path: string
  /** Without the question mark. */
  search: string
  /** In order, in the case they were sent in, repeated names kept. */
  headers: readonly (readonly [string, string])[]
  sourceIp: string
}

/** An answer on its way to the client; a body that comes piece by piece is passed on so. */
export interface RawAnswer<Body = string | Buffer | AsyncIterable<Buffer>> {
  status: number
  headers: readonly (readonly [string, string])[]
  body: Body
}

export function toRawRequest(message: IncomingMessage, sourceIp: string): RawRequest {
  const url = message.url ?? '/'
  const mark = url.indexOf('?')
  const headers: [string, string][] = []
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    headers.push([message.rawHeaders[i] ?? '', message.rawHeaders[i + 1] ?? ''])
  }
  return {
    method: message.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    search: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    sourceIp,
  }
}

/** Every value of a header, whatever the case of its name. */
export function headerValues(request: RawRequest, name: string): string[] {
  return request.headers.flatMap(([key, value]) => (key.toLowerCase() === name.toLowerCase() ? [value] : []))
}

/** Bytes of the request line and the headers, which API Gateway counts together. */
export function headBytes({ method, path, search, headers }: RawRequest): number {
  const line = Buffer.byteLength(`${method} ${path}?${search} HTTP/1.1`)
  return headers.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + 4, line)
}

/** Reads the body, at most `maxBytes`; `undefined` when it is larger. */
export async function collectBody(message: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const DRAIN_MS = 2000

/** Reads a refused body away, for a moment: a client that is still sending would not get to see the answer. */
export async function drain(message: IncomingMessage): Promise<void> {
  if (message.complete || message.destroyed) return
  const ended = new Promise<void>((resolve) => message.once('end', resolve).once('close', resolve))
  const { promise: tooLong, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, DRAIN_MS)
  message.resume()
  await Promise.race([ended, tooLong])
  clearTimeout(timer)
}
