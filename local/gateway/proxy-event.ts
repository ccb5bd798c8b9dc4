import type { APIGatewayEventIdentity, APIGatewayEventRequestContext, APIGatewayProxyEvent } from 'aws-lambda'
import { LOCAL_ACCOUNT } from '../environment.ts'
import { GatewayError } from './gateway-error.ts'
import { headerValues, type RawRequest } from './http-message.ts'
import type { RouteMatch } from './route-match.ts'

/** What surrounds one request: names the gateway gives, and who was found to be calling. */
export interface Surroundings {
  requestId: string
  stage: string
  receivedAt: Date
  host: string
  /** Context of the authorizer, all strings. */
  authorizer?: Record<string, string> | undefined
  apiKey?: ApiKey | undefined
  iam?: Partial<APIGatewayEventIdentity> | undefined
}

/** The key that a request was counted by. */
export type ApiKey = Pick<APIGatewayEventIdentity, 'apiKey' | 'apiKeyId'>

export const API_ID = 'local'

/** Headers between two neighbours, which API Gateway does not pass on. */
const HOP_BY_HOP = new Set(
  'connection keep-alive proxy-connection te trailer transfer-encoding upgrade expect content-length'.split(' '),
)

/** How percent-encoding is read: `strictly` refuses what is broken, `leniently` leaves it as it was sent. */
export type Decode = (text: string) => string

/** The event of a REST API's Lambda proxy integration. @throws {GatewayError} as `decode` does. */
export function toProxyEvent(
  request: RawRequest,
  match: RouteMatch,
  around: Surroundings,
  decode: Decode,
  body: Buffer = Buffer.alloc(0),
): APIGatewayProxyEvent {
  const headers = passedHeaders(request, around)
  const query = decodeQuery(request.search, decode)
  return {
    resource: match.route.path,
    path: request.path,
    httpMethod: request.method,
    headers: lastValues(headers),
    multiValueHeaders: allValues(headers),
    queryStringParameters: query.length > 0 ? lastValues(query) : null,
    multiValueQueryStringParameters: query.length > 0 ? allValues(query) : null,
    pathParameters: pathParameters(match, decode),
    stageVariables: null,
    requestContext: requestContext(request, match, around),
    body: body.length > 0 ? body.toString('utf8') : null,
    isBase64Encoded: false,
  }
}

function pathParameters({ params }: RouteMatch, decode: Decode): Record<string, string> | null {
  const entries = Object.entries(params).map(([name, value]) => [name, decode(value)])
  return entries.length > 0 ? Object.fromEntries(entries) : null
}

/** The stage is not part of the path here, as with a custom domain name. */
function requestContext(request: RawRequest, match: RouteMatch, around: Surroundings): APIGatewayEventRequestContext {
  const { requestId, stage, receivedAt, host, authorizer } = around
  return {
    accountId: LOCAL_ACCOUNT,
    apiId: API_ID,
    authorizer: authorizer ?? null,
    domainName: host,
    domainPrefix: host.split(/[.:]/)[0] ?? host,
    extendedRequestId: requestId,
    httpMethod: request.method,
    identity: identity(request, around),
    path: request.path,
    protocol: 'HTTP/1.1',
    requestId,
    requestTime: receivedAt.toUTCString(),
    requestTimeEpoch: receivedAt.getTime(),
    resourceId: match.route.path,
    resourcePath: match.route.path,
    stage,
  }
}

function identity(request: RawRequest, { iam, apiKey }: Surroundings): APIGatewayEventIdentity {
  return {
    accessKey: null,
    accountId: null,
    apiKey: null,
    apiKeyId: null,
    caller: null,
    clientCert: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    user: null,
    userArn: null,
    ...apiKey,
    ...iam,
    sourceIp: request.sourceIp,
    userAgent: headerValues(request, 'user-agent').at(-1) ?? null,
  }
}

type Pairs = readonly (readonly [string, string])[]

/** What the client sent, and what the gateway adds about the connection. */
function passedHeaders(request: RawRequest, { requestId }: Surroundings): Pairs {
  const forwarded = [...headerValues(request, 'x-forwarded-for'), request.sourceIp].join(', ')
  const added: Pairs = [
    ['X-Forwarded-For', forwarded],
    ['X-Forwarded-Proto', 'http'],
    ['X-Amzn-Trace-Id', `Root=1-00000000-${requestId.replaceAll('-', '').slice(0, 24)}`],
  ]
  const replaced = new Set(added.map(([name]) => name.toLowerCase()))
  const sent = request.headers.filter(
    ([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !replaced.has(name.toLowerCase()),
  )
  return [...sent, ...added]
}

/** Names and values as API Gateway decodes them: `;` separates like `&`, `+` is a space. */
function decodeQuery(search: string, decode: Decode): Pairs {
  const parts = search.split(/[&;]/).filter((part) => part !== '')
  return parts.map((part) => {
    const equals = part.indexOf('=')
    const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
    return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))]
  })
}

/** @throws {GatewayError} for broken percent-encoding, and for the characters API Gateway wants encoded. */
export function strictly(text: string): string {
  if (/[|{}]/.test(text)) throw new GatewayError('BAD_REQUEST_PARAMETERS')
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new GatewayError('BAD_REQUEST_PARAMETERS', { cause })
  }
}

/** For the authorizer, which decides before anything of the request is judged. */
export function leniently(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const lastValues = (pairs: Pairs): Record<string, string> => Object.fromEntries(pairs)

function allValues(pairs: Pairs): Record<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries(values)
}
