import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { type Principal, toAuthorizerContext } from '../../shared/auth/principal.ts'
import { bulkOperations } from '../../shared/http/bulk-operations.ts'
import { groupOperations, searchOperations, userOperations } from '../../shared/http/resource-operations.ts'
import { SCIM_BASE, SCIM_ROUTES, SCIM_UNKNOWN } from '../../shared/http/routes.ts'
import { scimHandler } from '../../shared/http/scim-handler.ts'
import type { Db } from '../../shared/store/client.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { lambdaContext } from './api-event.ts'
import { testConfig } from './engine.ts'

/** A principal of the account `default`; anything may be set otherwise. */
export function principal(overrides: Partial<Principal> = {}): Principal {
  return {
    account: 'default',
    integration: 'GENERIC_PROVISIONING',
    role: 'GENERIC_SCIM_PROVISIONER',
    clientKind: 'GENERIC',
    privileges: ['createUser', 'createRole'],
    endpointId: '00000000-0000-4000-8000-000000000000',
    syncPassword: false,
    tokenId: 'testToken',
    tokenExpiresAt: Date.parse('2999-01-01T00:00:00Z'),
    ...overrides,
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
type Body = any
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Body
}

export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** The resource Lambdas of one caller, called with gateway events but without a gateway. */
export function scimApi(
  db: Db,
  caller: Principal = principal(),
  now: () => Date = () => new Date(),
  getRemainingTimeInMillis: () => number = () => 15_000,
): Call {
  const config = testConfig(db.tableName)
  const operations = { ...userOperations, ...groupOperations, ...searchOperations, ...bulkOperations(putEvent) }
  const handler = scimHandler({ config, db, putEvent, now }, operations)
  return async (method, path, body, headers = {}) => {
    const event = toEvent(caller, method, path, body, headers)
    const result = await handler(event, { ...lambdaContext(), getRemainingTimeInMillis })
    return {
      status: result.statusCode,
      headers: (result.headers ?? {}) as Record<string, string>,
      body: result.body === '' ? undefined : JSON.parse(result.body),
    }
  }
}

function toEvent(caller: Principal, method: string, path: string, body: unknown, headers: Record<string, string>) {
  const url = new URL(path, 'https://scim.example.com')
  const { resource, pathParameters } = match(url.pathname)
  const content = body === undefined ? {} : { 'Content-Type': 'application/scim+json' }
  return {
    httpMethod: method,
    resource: SCIM_BASE + resource,
    path: SCIM_BASE + url.pathname,
    pathParameters,
    queryStringParameters: Object.fromEntries(url.searchParams),
    multiValueQueryStringParameters: {},
    headers: { ...content, ...headers },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      requestId: randomUUID(),
      domainName: 'scim.example.com',
      path: SCIM_BASE + url.pathname,
      identity: { sourceIp: '203.0.113.7' },
      authorizer: toAuthorizerContext(caller),
    },
  } as unknown as APIGatewayProxyEvent
}

function match(pathname: string) {
  const exact = SCIM_ROUTES.find(({ path }) => path === pathname)
  if (exact) return { resource: exact.path, pathParameters: {} }
  const [, collection, id] = /^(\/[^/]+)\/([^/]+)$/.exec(pathname) ?? []
  const route = SCIM_ROUTES.find(({ path }) => path === `${collection}/{id}`)
  if (!route) return { resource: SCIM_UNKNOWN.path, pathParameters: { proxy: pathname.slice(1) } }
  return { resource: route.path, pathParameters: { id: decodeURIComponent(id as string) } }
}

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const patchOf = (...Operations: unknown[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
})
export const newUser = (userName: string, more: object = {}) => ({ schemas: [USER_SCHEMA], userName, ...more })
export const newGroup = (displayName: string, more: object = {}) => ({ schemas: [GROUP_SCHEMA], displayName, ...more })
