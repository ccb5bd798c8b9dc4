import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'
import type { HeaderFault } from '../store/events/refused-tokens.ts'

type Headers = Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'multiValueHeaders'>

const HEADER = 'authorization'

/** Mistakes of those who copy a token into a console; the first that fits says it. */
const FAULTS: readonly (readonly [HeaderFault, RegExp])[] = [
  ['doubled', /^bearer +bearer\b/i],
  ['quoted', /^(?:bearer +)?["'`\u2018-\u201f]/i],
  ['bare', /^rolecall_/i],
  ['spaced', /^bearer +rolecall_\S*\s/i],
]

/**
 * The token of a request's one `Authorization: Bearer` header, the scheme in any case (RFC 6750 §2.1); undefined when
 * there is none, another scheme, or more than one such header, which no honest client sends.
 */
export function bearerToken(event: Headers): string | undefined {
  const value = onlyValue(event)
  return value === undefined ? undefined : /^bearer +(\S{1,128})$/i.exec(value)?.[1]
}

/** What is wrong with the header of a request that brings no token of ours. */
export function faultOf(event: Headers): HeaderFault {
  const value = onlyValue(event) ?? ''
  return FAULTS.find(([, form]) => form.test(value))?.[0] ?? 'malformed'
}

function onlyValue({ headers, multiValueHeaders }: Headers): string | undefined {
  const values = [...new Set([...valuesOf(headers), ...valuesOf(multiValueHeaders)])]
  const sent = Math.max(valuesOf(headers).length, valuesOf(multiValueHeaders).length)
  const [value] = values
  return values.length === 1 && sent === 1 ? value : undefined
}

function valuesOf(headers: Record<string, string | string[] | undefined> | null | undefined): string[] {
  const entries = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() === HEADER)
  return entries.flatMap(([, value]) => value ?? [])
}
