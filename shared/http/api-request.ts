import type { APIGatewayProxyEvent } from 'aws-lambda'
import { invalidSyntax, ScimError, tooLarge } from '../scim/error.ts'
import { parseJson } from '../scim/json.ts'
import { quote } from '../scim/quote.ts'
import type { Json } from '../scim/schema.ts'
import { SCIM_BASE, SCIM_UNKNOWN } from './routes.ts'

/** A request as operations see it: names of headers in lower case, values decoded by the gateway. */
export interface ApiRequest {
  method: string
  /** The route's path (`routes.ts`), whichever base it was called through: `/Users/{id}`. */
  route: string
  /** What was called, for the REST event: `scim/v2/Users/2819c223`. */
  endpoint: string
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, string>>
  headers: Readonly<Record<string, string>>
  /** Reads the body strictly. @throws {ScimError} 413, 415 or 400 invalidSyntax. */
  parseBody(maxBytes: number): Json
}

const MEDIA_TYPES = new Set(['application/scim+json', 'application/json'])

export function toApiRequest(event: APIGatewayProxyEvent): ApiRequest {
  const headers = lowerCaseNames(event.headers)
  return {
    method: event.httpMethod,
    route: toRoute(event.resource),
    endpoint: event.path.replace(/^\//, ''),
    params: withoutUndefined(event.pathParameters),
    query: toQuery(event),
    headers,
    parseBody: (maxBytes) => parseBody(event, headers['content-type'], maxBytes),
  }
}

function toRoute(gatewayResource: string): string {
  if (!gatewayResource.startsWith(SCIM_BASE)) return gatewayResource
  const path = gatewayResource.slice(SCIM_BASE.length).replace(/^\/\{endpointId\}/, '')
  return path === '' ? SCIM_UNKNOWN.path : path
}

/** Parameters given several times: lists of attributes add up, of the others the last counts (RFC 7644 §3.4.2). */
function toQuery(event: APIGatewayProxyEvent): Record<string, string> {
  const query = withoutUndefined(event.queryStringParameters)
  for (const name of ['attributes', 'excludedAttributes']) {
    const values = event.multiValueQueryStringParameters?.[name]
    if (values && values.length > 1) query[name] = values.join(',')
  }
  return query
}

function parseBody(event: APIGatewayProxyEvent, contentType: string | undefined, maxBytes: number): Json {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > maxBytes) {
    throw tooLarge(`The body has ${bytes.length} bytes; at most ${maxBytes} are accepted here: split the request`)
  }
  if (bytes.length === 0) throw invalidSyntax('The request has no body; send a JSON object')
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!MEDIA_TYPES.has(mediaType)) {
    throw new ScimError(415, undefined, `Cannot read ${quote(mediaType)}: send Content-Type application/scim+json`)
  }
  if (!event.isBase64Encoded) checkEncoding(event.body ?? '')
  return parseJson(bytes)
}

/** The gateway turns a body into text before we see it, and bytes that are no UTF-8 into the replacement character. */
function checkEncoding(text: string): void {
  if (!text.includes('\uFFFD')) return
  throw invalidSyntax(
    'Cannot read the body: it is not valid UTF-8, or holds U+FFFD, which stands for broken text; mend it',
  )
}

function lowerCaseNames(headers: Record<string, string | undefined> | null): Record<string, string> {
  const entries = Object.entries(withoutUndefined(headers))
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]))
}

function withoutUndefined(record: Record<string, string | undefined> | null): Record<string, string> {
  const result: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(record ?? {})) if (value !== undefined) result[name] = value
  return result
}
