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
