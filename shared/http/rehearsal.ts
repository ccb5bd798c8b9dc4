import type { APIGatewayProxyEvent, Context } from 'aws-lambda'
import { DEFAULT_BRAKE } from '../auth/brake.ts'
import { type Principal, toAuthorizerContext } from '../auth/principal.ts'
import { functionLimitMs } from './time-limits.ts'

/** A request that a function answers to itself, so that the first real one finds everything compiled and looked up. */
export interface Rehearsal {
  method: string
  /** As the gateway names it: `/scim/v2/Users/{id}`. */
  resource: string
  query?: Record<string, string>
  body?: object
}

type ApiHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<unknown>

/** Has a handler answer requests one after another. Whatever goes wrong is left to the first real one. */
export async function rehearse(handler: ApiHandler, requests: readonly Rehearsal[]): Promise<void> {
  for (const request of requests) await handler(toEvent(request), REHEARSED_INVOCATION).catch(() => {})
}

/** What Lambda says of an invocation that is none. */
export const REHEARSED_INVOCATION = {
  awsRequestId: 'rehearsal',
  getRemainingTimeInMillis: () => functionLimitMs({}),
} as Context

/** Who rehearses. */
const CALLER: Principal = {
  ...{ account: 'default', integration: 'REHEARSAL', role: 'REHEARSAL', clientKind: 'GENERIC' },
  ...{ privileges: ['createUser', 'createRole'], endpointId: '', syncPassword: false, unknownMembers: 'refuse' },
  ...{ brake: DEFAULT_BRAKE, brakeReleasedUntil: 0, userDefaults: {} },
  ...{ tokenId: 'rehearsal', tokenExpiresAt: Number.MAX_SAFE_INTEGER },
}

/** An id that nobody has. */
const NO_ID = '00000000-0000-7000-8000-000000000000'

function toEvent({ method, resource, query, body }: Rehearsal): APIGatewayProxyEvent {
  const path = resource.replace('{id}', NO_ID)
  const event = {
    ...{ httpMethod: method, resource, path, pathParameters: path === resource ? null : { id: NO_ID } },
    headers: { 'Content-Type': 'application/scim+json' },
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: null,
    body: body ? JSON.stringify(body) : null,
    isBase64Encoded: false,
    requestContext: {
      ...{ requestId: 'rehearsal', domainName: 'rehearsal', path },
      identity: { sourceIp: '127.0.0.1', userArn: 'arn:aws:iam::000000000000:user/rehearsal' },
      authorizer: toAuthorizerContext(CALLER),
    },
  }
  return event as unknown as APIGatewayProxyEvent
}
