import * as z from 'zod'
import { GatewayError } from './gateway-error.ts'
import type { RawAnswer } from './http-message.ts'
import { type Invocation, MAX_PAYLOAD_BYTES } from './lambda.ts'

/** Of a function's answer. */
export const HeaderValue = z.union([z.string(), z.number(), z.boolean()])
const ProxyResult = z.strictObject({
  statusCode: z.int().min(100).max(599),
  headers: z.record(z.string(), HeaderValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(HeaderValue)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
})

/** Headers of a function that the gateway keeps for itself: the client gets them under another name. */
const REMAPPED = new Set(
  'authorization connection content-length content-md5 date expect host server te trailer upgrade www-authenticate'.split(
    ' ',
  ),
)

/**
 * The client's answer out of a function's.
 * @throws {GatewayError} when the function failed, took too long, answered too much or not in the form of a proxy result.
 */
export function toIntegrationAnswer(invocation: Invocation): RawAnswer {
  if (invocation.kind === 'timeout') throw new GatewayError('INTEGRATION_TIMEOUT')
  if (invocation.kind === 'crash') throw new GatewayError('INTEGRATION_FAILURE', { cause: invocation.error })
  if (invocation.kind === 'stream') throw streamedInstead()
  const size = Buffer.byteLength(JSON.stringify(invocation.payload))
  if (size > MAX_PAYLOAD_BYTES) {
    throw new GatewayError('INTEGRATION_FAILURE', { cause: new Error(`The answer has ${size} bytes`) })
  }
  const result = ProxyResult.safeParse(invocation.payload)
  if (!result.success) throw new GatewayError('INTEGRATION_FAILURE', { cause: result.error })
  const { statusCode: status, body, isBase64Encoded } = result.data
  const headers = answerHeaders(result.data)
  return { status, headers, body: isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? '') }
}

/** `multiValueHeaders` win over `headers` of the same name, as with API Gateway. */
export function answerHeaders({
  headers,
  multiValueHeaders,
  statusCode,
}: Pick<z.infer<typeof ProxyResult>, 'headers' | 'multiValueHeaders' | 'statusCode'>): [string, string][] {
  const many = Object.entries(multiValueHeaders ?? {})
  const taken = new Set(many.map(([name]) => name.toLowerCase()))
  const single = Object.entries(headers ?? {}).filter(([name]) => !taken.has(name.toLowerCase()))
  const all = [...single, ...many.flatMap(([name, values]) => values.map((value) => [name, value] as const))]
  const passed = all.filter(([name]) => name.toLowerCase() !== 'transfer-encoding')
  const named = passed.map(([name, value]): [string, string] => [renamed(name), String(value)])
  const typed = statusCode === 204 || named.some(([name]) => name.toLowerCase() === 'content-type')
  return typed ? named : [...named, ['Content-Type', 'application/json']]
}

/** AWS passes on such an answer without its body: better to hear of it at once. */
const streamedInstead = () =>
  new GatewayError('INTEGRATION_FAILURE', { cause: new Error('The function streams and its integration does not') })

const renamed = (name: string) => (REMAPPED.has(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name)
