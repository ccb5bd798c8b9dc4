import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { DEFAULT_BRAKE } from '../../shared/auth/brake.ts'
import { type Principal, toAuthorizerContext } from '../../shared/auth/principal.ts'
import { resourceOperations, resourceWrites } from '../../shared/http/resource-operations.ts'
import { type Route, SCIM_BASE, SCIM_UNKNOWN } from '../../shared/http/routes.ts'
import { groups } from '../../shared/resources/groups.ts'
import { users } from '../../shared/resources/users.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'

/** A principal of the account `default`, whom no brake counts; anything may be set otherwise. */
export function principal(overrides: Partial<Principal> = {}): Principal {
  return {
    account: 'default',
    integration: 'GENERIC_PROVISIONING',
    role: 'GENERIC_SCIM_PROVISIONER',
    clientKind: 'GENERIC',
    privileges: ['createUser', 'createRole'],
    endpointId: '00000000-0000-4000-8000-000000000000',
    syncPassword: false,
    unknownMembers: 'refuse',
    brake: { ...DEFAULT_BRAKE, mode: 'off' },
    brakeReleasedUntil: 0,
    userDefaults: {},
    tokenId: 'testToken',
    tokenExpiresAt: Date.parse('2999-01-01T00:00:00Z'),
    ...overrides,
  }
}

/** What clients do with users and groups. */
export const PRODUCT_OPERATIONS = {
  ...resourceOperations(RESOURCE_TYPES.User, users),
  ...resourceWrites(RESOURCE_TYPES.Group, groups),
}

/** What the gateway makes of a client's request. */
export function scimEvent(
  routes: readonly Route<string>[],
  caller: Principal,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
) {
  const url = new URL(path, 'https://scim.example.com')
  const { resource, pathParameters } = match(routes, url.pathname)
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

function match(routes: readonly Route<string>[], pathname: string) {
  const exact = routes.find(({ path }) => path === pathname)
  if (exact) return { resource: exact.path, pathParameters: {} }
  const [, collection, id] = /^(\/[^/]+)\/([^/]+)$/.exec(pathname) ?? []
  const route = routes.find(({ path }) => path === `${collection}/{id}`)
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
