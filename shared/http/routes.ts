/** Every route, once: the CDK stack deploys it, the local gateway reads it from the template, handlers dispatch on it. */
export type FunctionName = 'users' | 'groups' | 'search' | 'bulk' | 'discovery' | 'events' | 'admin'
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Route {
  /** API Gateway resource path; SCIM paths are relative to the base URL. */
  path: string
  /** What the function serves there; every other method is answered 405 by the same function. */
  methods: readonly Method[]
  function: FunctionName
}

export const SCIM_BASE = '/scim/v2'
/** The methods a token's policy allows, path by path being the functions' business. */
export const SCIM_METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Bearer token, custom authorizer. Served below `/scim/v2` and below `/scim/v2/{endpointId}`. */
export const SCIM_ROUTES: readonly Route[] = [
  { path: '/Users', methods: ['GET', 'POST'], function: 'users' },
  { path: '/Users/.search', methods: ['POST'], function: 'users' },
  { path: '/Users/{id}', methods: ['GET', 'PUT', 'PATCH', 'DELETE'], function: 'users' },
  { path: '/Groups', methods: ['GET', 'POST'], function: 'groups' },
  { path: '/Groups/.search', methods: ['POST'], function: 'groups' },
  { path: '/Groups/{id}', methods: ['GET', 'PUT', 'PATCH', 'DELETE'], function: 'groups' },
  { path: '/.search', methods: ['POST'], function: 'search' },
  { path: '/Bulk', methods: ['POST'], function: 'bulk' },
  { path: '/Me', methods: [], function: 'discovery' },
  { path: '/ServiceProviderConfig', methods: ['GET'], function: 'discovery' },
  { path: '/ResourceTypes', methods: ['GET'], function: 'discovery' },
  { path: '/ResourceTypes/{id}', methods: ['GET'], function: 'discovery' },
  { path: '/Schemas', methods: ['GET'], function: 'discovery' },
  { path: '/Schemas/{id}', methods: ['GET'], function: 'discovery' },
]

/** Where authenticated requests to unknown SCIM paths land, to be answered 404 and audited like any other. */
export const SCIM_UNKNOWN: Route = { path: '/{proxy+}', methods: [], function: 'discovery' }

/** AWS IAM (SigV4). */
export const ADMIN_ROUTES: readonly Route[] = [
  { path: '/admin/integrations', methods: ['GET', 'POST'], function: 'admin' },
  { path: '/admin/integrations/{name}', methods: ['GET', 'PATCH'], function: 'admin' },
  { path: '/admin/integrations/{name}/tokens', methods: ['GET', 'POST'], function: 'admin' },
  { path: '/admin/tokens/{id}', methods: ['DELETE'], function: 'admin' },
  { path: '/admin/users', methods: ['GET'], function: 'admin' },
  { path: '/admin/users/{id}', methods: ['GET'], function: 'admin' },
  { path: '/admin/roles', methods: ['GET'], function: 'admin' },
  { path: '/admin/roles/{id}', methods: ['GET'], function: 'admin' },
  { path: '/events', methods: ['GET'], function: 'events' },
]

/**
 * The gateway resource paths of a SCIM route: `/scim/v2/Users` and `/scim/v2/{endpointId}/Users`.
 * Gateways allow one variable per level, so below `/scim/v2` itself `{endpointId}` also catches unknown names.
 */
export function scimGatewayPaths(route: Route): string[] {
  if (route === SCIM_UNKNOWN) return [`${SCIM_BASE}/{endpointId}`, `${SCIM_BASE}/{endpointId}/{proxy+}`]
  return [`${SCIM_BASE}${route.path}`, `${SCIM_BASE}/{endpointId}${route.path}`]
}
