import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda'

type Headers = Pick<APIGatewayRequestAuthorizerEvent, 'headers' | 'multiValueHeaders'>

const HEADER = 'authorization'

/**
 * The token of a request's one `Authorization: Bearer` header, the scheme in any case (RFC 6750 §2.1); undefined when
 * there is none, another scheme, or more than one such header, which no honest client sends.
 */
export function bearerToken({ headers, multiValueHeaders }: Headers): string | undefined {
  const values = [...new Set([...valuesOf(headers), ...valuesOf(multiValueHeaders)])]
  const sent = Math.max(valuesOf(headers).length, valuesOf(multiValueHeaders).length)
  const [value] = values
  if (values.length !== 1 || sent !== 1 || value === undefined) return undefined
  return /^bearer +(\S{1,128})$/i.exec(value)?.[1]
}

function valuesOf(headers: Record<string, string | string[] | undefined> | null | undefined): string[] {
  const entries = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() === HEADER)
  return entries.flatMap(([, value]) => value ?? [])
}
