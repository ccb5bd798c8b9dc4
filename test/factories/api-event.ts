import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEvent, Context } from 'aws-lambda'
import { DEFAULT_BRAKE } from '../../shared/auth/brake.ts'
import { type Principal, toAuthorizerContext } from '../../shared/auth/principal.ts'

/** What matters of a request to a test; paths of the gateway, as `/scim/v2/Users/{id}`. */
export interface GivenRequest {
  method?: string
  /** Route with variables. */
  resource: string
  params?: Record<string, string>
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: unknown
  /** The caller of a SCIM route. */
  principal?: Principal
  /** The caller of an admin route. */
  userArn?: string
}

/** Okta's integration of the default account, with every privilege but monitoring. */
export const OKTA: Principal = {
  account: 'default',
  integration: 'OKTA_PROVISIONING',
  role: 'OKTA_PROVISIONER',
  clientKind: 'OKTA',
  privileges: ['createUser', 'createRole'],
  endpointId: 'b4f4bd36-9d3a-4f0f-8a55-0c2d6f3a1c11',
  syncPassword: false,
  unknownMembers: 'refuse',
  brake: DEFAULT_BRAKE,
  brakeReleasedUntil: 0,
  userDefaults: {},
  tokenId: 'tok1',
  tokenExpiresAt: Date.parse('2100-01-01T00:00:00Z'),
}

export const ADMIN_ARN = 'arn:aws:iam::000000000000:user/local-admin'

/** A REST proxy event as API Gateway sends it to a Lambda. */
export function apiEvent(given: GivenRequest): APIGatewayProxyEvent {
  const { method = 'GET', resource, params, query, headers = {}, body, principal, userArn = null } = given
  const path = resource.replaceAll(/\{(\w+)\+?\}/g, (_, name: string) => params?.[name] ?? '')
  const requestContext = {
    requestId: randomUUID(),
    domainName: 'scim.example.com',
    path,
    stage: 'prod',
    identity: { sourceIp: '203.0.113.7', userArn },
    authorizer: principal ? toAuthorizerContext(principal) : null,
  }
  return {
    resource,
    path,
    httpMethod: method,
    headers: { ...(body !== undefined && { 'Content-Type': 'application/scim+json' }), ...headers },
    multiValueHeaders: {},
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: null,
    pathParameters: params ?? null,
    stageVariables: null,
    requestContext: requestContext as unknown as APIGatewayProxyEvent['requestContext'],
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
  }
}

/** What Lambda passes beside the event. */
export function lambdaContext(): Context {
  const context = { awsRequestId: randomUUID(), functionName: 'rolecall', getRemainingTimeInMillis: () => 15_000 }
  return context as unknown as Context
}
