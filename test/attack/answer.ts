import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** All that a client sees of an answer, but when it came and by which number it is called. */
export interface WholeAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export interface Sent {
  method: string
  url: string
  headers?: Record<string, string | string[]>
  body?: string | undefined
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 })

/** Headers that say when an answer came, by which number, and over which connection. */
const PASSING = new Set(['date', 'x-amzn-requestid', 'connection', 'keep-alive'])

/** Sends a request as it is written, and takes down the whole answer. */
export function sendWhole({ method, url, headers = {}, body }: Sent): Promise<WholeAnswer> {
  const { hostname, port, origin } = new URL(url)
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const path = url.slice(origin.length)
    const outgoing = request({ agent, hostname, port, path, method, headers: { ...length, ...headers } })
    outgoing.on('error', reject).on('response', (incoming) => {
      const whole = (text: Buffer) => ({
        status: incoming.statusCode ?? 0,
        headers: lasting(incoming.headers),
        body: text.toString(),
      })
      buffer(incoming).then(whole).then(resolve, reject)
    })
    outgoing.end(body)
  })
}

function lasting(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !PASSING.has(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}
