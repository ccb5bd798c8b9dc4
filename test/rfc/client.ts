import { Agent, type IncomingMessage, request as sendRequest } from 'node:http'
import type { SeededIntegration } from '../../local/seed.ts'
import type { TestSystem } from '../factories/system.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
export type Body = any

export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** Parsed JSON; undefined when nothing came. */
  body: Body
}

/** Header values by name; `undefined` leaves out one that is sent by default, a list sends one several times. */
export type Headers = Record<string, string | string[] | undefined>

/** Sends one request; the path is relative to the base URL and goes out letter by letter, text as it is given. */
export type Request = (method: string, path: string, body?: unknown, headers?: Headers) => Promise<Answer>

const agent = new Agent({ keepAlive: true })

/** A SCIM client of a running system that holds the token of one integration and sends no more headers than it must. */
export function client(system: TestSystem, integration: SeededIntegration = 'GENERIC_PROVISIONING') {
  const request: Request = (method, path, body, headers = {}) => {
    const defaults = { authorization: `Bearer ${system.tokens[integration]}` }
    const content = body === undefined ? {} : { 'content-type': 'application/scim+json' }
    return send(system.baseUrl + path, method, toBytes(body), merge({ ...defaults, ...content }, headers))
  }
  return { request }
}

function toBytes(body: unknown): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

function merge(defaults: Headers, given: Headers): Record<string, string | string[]> {
  const lower = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value] as const)
  const all = Object.entries({ ...defaults, ...Object.fromEntries(lower) })
  return Object.fromEntries(all.filter((entry): entry is [string, string | string[]] => entry[1] !== undefined))
}

function send(url: string, method: string, body: Buffer | undefined, headers: Record<string, string | string[]>) {
  const { hostname, port, origin } = new URL(url)
  const path = url.slice(origin.length)
  const length = body && { 'content-length': String(body.length) }
  return new Promise<Answer>((resolve, reject) => {
    const outgoing = sendRequest({ agent, hostname, port, path, method, headers: { ...length, ...headers } })
    outgoing.on('response', (incoming) => toAnswer(incoming).then(resolve, reject))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function toAnswer(incoming: IncomingMessage): Promise<Answer> {
  const text = Buffer.concat(await incoming.toArray()).toString('utf8')
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])
  const body = text === '' ? undefined : JSON.parse(text)
  return { status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers), body }
}
