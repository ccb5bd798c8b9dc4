import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod'
import type { AwsCredentials } from '../../shared/auth/sigv4.ts'
import { collectBody } from '../../shared/http/message-body.ts'
import { GatewayError } from '../gateway/gateway-error.ts'
import { toRawRequest } from '../gateway/http-message.ts'
import { checkSignedHead } from '../gateway/iam-authorization.ts'
import type { Beside } from './domain.ts'
import type { Direction } from './replicator.ts'

/** Where the regions of this machine are asked about and tried; no deployment has anything like it. */
export const CONTROL_PATH = '/local/regions'

/** What can be done to the regions of this machine. */
export interface Controlled {
  readonly names: readonly string[]
  /** All that is known of them, as JSON. */
  state(): object
  cut(direction?: Direction): void
  heal(direction?: Direction): void
  /** Ends the region as a disaster would; its table keeps what it has. */
  lose(region: string): Promise<void>
  regain(region: string): Promise<void>
}

const MAX_BODY_BYTES = 10_000

/** A request that cannot be carried out, and why. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Serves what is asked of the regions, signed with the key of the admin routes: a page in a browser must not reach it. */
export function regionControl(controlled: Controlled, credentials: AwsCredentials): Beside {
  return {
    owns: ({ url = '' }) => url === CONTROL_PATH || url.startsWith(`${CONTROL_PATH}/`),
    async serve(message, response) {
      try {
        const body = await takeSigned(message, credentials)
        await carryOut(controlled, message, body)
        answer(response, 200, controlled.state())
      } catch (error) {
        const { status, detail } = toRefusal(error)
        answer(response, status, { message: detail })
      }
    },
  }
}

async function takeSigned(message: IncomingMessage, credentials: AwsCredentials): Promise<Buffer> {
  const signing = { credentials, service: 'execute-api', now: Date.now() } as const
  const head = await checkSignedHead(toRawRequest(message, ''), signing)
  const body = await collectBody(message, MAX_BODY_BYTES)
  if (!body) throw new Refusal(413, 'The request is too large')
  await head.checkBody(body)
  return body
}

const LinkChange = z.strictObject({ cut: z.boolean(), from: z.string().optional(), to: z.string().optional() })
const RegionChange = z.strictObject({ lost: z.boolean() })

async function carryOut(controlled: Controlled, { method, url = '' }: IncomingMessage, body: Buffer): Promise<void> {
  const what = url.slice(CONTROL_PATH.length + 1)
  if (method === 'GET' && what === '') return
  if (method !== 'POST' || what === '') throw new Refusal(404, `There is no ${method} ${url}`)
  if (what === 'link') return changeLink(controlled, parse(LinkChange, body, '{"cut": true}'))
  const { lost } = parse(RegionChange, body, '{"lost": true}')
  requireRegion(controlled, what)
  await (lost ? controlled.lose(what) : controlled.regain(what))
}

function changeLink(controlled: Controlled, { cut, from, to }: z.infer<typeof LinkChange>): void {
  if ((from === undefined) !== (to === undefined))
    throw new Refusal(400, 'One direction of the link has "from" and "to"')
  for (const name of [from, to]) if (name !== undefined) requireRegion(controlled, name)
  const direction = from !== undefined && to !== undefined ? { from, to } : undefined
  if (cut) controlled.cut(direction)
  else controlled.heal(direction)
}

function requireRegion({ names }: Controlled, name: string): void {
  if (!names.includes(name)) throw new Refusal(404, `There is no region "${name}": ${names.join(' and ')} run here`)
}

function parse<T>(schema: z.ZodType<T>, body: Buffer, example: string): T {
  try {
    return schema.parse(JSON.parse(body.toString('utf8')))
  } catch {
    throw new Refusal(400, `The body cannot be read: expected ${example}`)
  }
}

function toRefusal(error: unknown): { status: number; detail: string } {
  if (error instanceof Refusal) return { status: error.status, detail: error.message }
  if (error instanceof GatewayError) return { status: 403, detail: 'Sign the request with the key of this system' }
  return { status: 500, detail: error instanceof Error ? error.message : String(error) }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}
