import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'

interface GatewayError {
  type: ResponseType
  status: number
  detail: string
  headers?: Record<string, string>
}

const INTERNAL = 'Internal error; retry, and report request id $context.requestId if it persists'

/** What the gateway itself answers, as SCIM errors (RFC 7644 §3.12); its own texts print ARNs and parser messages. */
const ERRORS: readonly GatewayError[] = [
  {
    type: ResponseType.UNAUTHORIZED,
    status: 401,
    detail: 'The bearer token is missing, malformed, unknown, expired or revoked: send Authorization: Bearer <token>',
    headers: { 'WWW-Authenticate': 'Bearer' },
  },
  {
    type: ResponseType.ACCESS_DENIED,
    status: 403,
    detail:
      'Access denied: the integration is disabled, its network policy or your permissions forbid it, or there is no such method in SCIM',
  },
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    detail:
      'There is no such endpoint: for SCIM, write the base URL without a slash at its end, as in /scim/v2/Users; for administration, sign requests to /admin and /events (SigV4)',
  },
  { type: ResponseType.RESOURCE_NOT_FOUND, status: 404, detail: 'There is no such endpoint: SCIM is below /scim/v2' },
  {
    type: ResponseType.INVALID_SIGNATURE,
    status: 403,
    detail: 'The request signature does not match: sign with AWS Signature Version 4 and valid credentials',
  },
  {
    type: ResponseType.EXPIRED_TOKEN,
    status: 403,
    detail: 'The signature or its credentials have expired: sign again',
  },
  { type: ResponseType.INVALID_API_KEY, status: 403, detail: 'The API key is not valid: ask the administrator' },
  { type: ResponseType.WAF_FILTERED, status: 403, detail: 'The request was refused by a firewall rule' },
  { type: ResponseType.BAD_REQUEST_BODY, status: 400, detail: 'Cannot read the body: send a JSON object' },
  { type: ResponseType.BAD_REQUEST_PARAMETERS, status: 400, detail: 'Cannot read the query string or the headers' },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    detail: 'The request is too large: split it into several smaller requests',
  },
  {
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    status: 415,
    detail: 'Cannot read this media type: send Content-Type application/scim+json',
  },
  {
    type: ResponseType.THROTTLED,
    status: 429,
    detail: 'Too many requests: retry after the seconds named in Retry-After',
    headers: { 'Retry-After': '1' },
  },
  {
    type: ResponseType.QUOTA_EXCEEDED,
    status: 429,
    detail: 'The quota of requests is used up: retry later',
    headers: { 'Retry-After': '60' },
  },
  { type: ResponseType.API_CONFIGURATION_ERROR, status: 500, detail: INTERNAL },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, status: 500, detail: INTERNAL },
  {
    type: ResponseType.AUTHORIZER_FAILURE,
    status: 503,
    detail: 'The token cannot be checked at this moment; retry after the seconds named in Retry-After',
    headers: { 'Retry-After': '5' },
  },
  { type: ResponseType.INTEGRATION_FAILURE, status: 502, detail: INTERNAL },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    detail: 'The request took too long; it may have been carried out: read the resource before you retry',
  },
  { type: ResponseType.DEFAULT_4XX, status: 400, detail: 'The request was refused: check its address and headers' },
  { type: ResponseType.DEFAULT_5XX, status: 500, detail: INTERNAL },
]

/** Gives the gateway a SCIM body for every error it can answer by itself. */
export function addGatewayResponses(api: RestApi): void {
  for (const { type, status, detail, headers = {} } of ERRORS) {
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail }
    const quoted = Object.entries(headers).map(([name, value]) => [`${name}`, `'${value}'`])
    api.addGatewayResponse(`Error${type.responseType}`, {
      type,
      statusCode: String(status),
      responseHeaders: Object.fromEntries(quoted),
      templates: { 'application/scim+json': JSON.stringify(body) },
    })
  }
}
