import type { ResourceTypeEntry } from '../scim/resource-types.ts'

/** Every route, once: the CDK stack deploys it, the local gateway reads it from the template, handlers dispatch on it. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Route<Name extends string = FunctionName> {
  /** API Gateway resource path; SCIM paths are relative to the base URL. */
  path: string
  /** What the function serves there; every other method is answered 405 by the same function. */
  methods: readonly Method[]
  function: Name
}

export const SCIM_BASE = '/scim/v2'
/** The methods a token's policy allows, path by path being the functions' business. */
export const SCIM_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies readonly Method[]

/** What every resource type offers (RFC 7644 §3.2); its endpoint stands for `/{type}`. */
export const RESOURCE_ROUTES = [
  { path: '/{type}', methods: ['GET', 'POST'] },
  { path: '/{type}/.search', methods: ['POST'] },
  { path: '/{type}/{id}', methods: ['GET', 'PUT', 'PATCH', 'DELETE'] },
] as const satisfies readonly Omit<Route, 'function'>[]

/** The functions that serve no type of resource. */
export type FixedFunctionName = 'search' | 'bulk' | 'discovery' | 'admin' | 'events'

/** What the service offers beside resources. */
const SERVICE_ROUTES = [
  { path: '/.search', methods: ['POST'], function: 'search' },
  { path: '/Bulk', methods: ['POST'], function: 'bulk' },
  { path: '/Me', methods: SCIM_METHODS, function: 'discovery' },
  { path: '/ServiceProviderConfig', methods: ['GET'], function: 'discovery' },
  { path: '/ResourceTypes', methods: ['GET'], function: 'discovery' },
  { path: '/ResourceTypes/{id}', methods: ['GET'], function: 'discovery' },
  { path: '/Schemas', methods: ['GET'], function: 'discovery' },
  { path: '/Schemas/{id}', methods: ['GET'], function: 'discovery' },
] as const satisfies readonly Route<FixedFunctionName>[]

/** AWS IAM (SigV4). */
export const ADMIN_ROUTES = [
  { path: '/admin/integrations', methods: ['GET', 'POST'], function: 'admin' },
  { path: '/admin/integrations/{name}', methods: ['GET', 'PATCH'], function: 'admin' },
  { path: '/admin/integrations/{name}/tokens', methods: ['GET', 'POST'], function: 'admin' },
  { path: '/admin/tokens/{id}', methods: ['DELETE'], function: 'admin' },
  { path: '/admin/users', methods: ['GET'], function: 'admin' },
  { path: '/admin/users/{id}', methods: ['GET'], function: 'admin' },
  { path: '/admin/roles', methods: ['GET'], function: 'admin' },
  { path: '/admin/roles/{id}', methods: ['GET'], function: 'admin' },
  { path: '/events', methods: ['GET'], function: 'events' },
] as const satisfies readonly Route<FixedFunctionName>[]

type FixedRoute = (typeof SERVICE_ROUTES | typeof ADMIN_ROUTES)[number]
/** The function of a type is called as its endpoint: `users`. */
type FunctionOf<E extends string> = E extends `/${infer Name}` ? Lowercase<Name> : never
export type ResourceFunctionName = FunctionOf<ResourceTypeEntry['endpoint']>
export type FunctionName = FixedFunctionName | ResourceFunctionName

/** The keys under which operations of routes stand: `GET /Schemas/{id}`. */
type KeyOf<R> = R extends { methods: readonly (infer M extends Method)[]; path: infer P extends string }
  ? `${M} ${P}`
  : never
/** The keys of a resource type, whichever it is. */
export type ResourceRouteKey = KeyOf<(typeof RESOURCE_ROUTES)[number]>
/** {@link ResourceRouteKey} with the endpoint of a type. */
export type EndpointRouteKey<E extends string, K = ResourceRouteKey> = K extends `${infer M} /{type}${infer Rest}`
  ? `${M} ${E}${Rest}`
  : never
type EndpointOf<Name, E = ResourceTypeEntry['endpoint']> = E extends string
  ? FunctionOf<E> extends Name
    ? E
    : never
  : never
/** One operation for each method of each route of a function: one more, or one less, does not compile. */
export type RouteKeyOf<Name extends FunctionName> =
  | KeyOf<Extract<FixedRoute, { function: Name }>>
  | EndpointRouteKey<EndpointOf<Name>>

/** The name of the function that serves a type's resources. */
export const functionOf = <E extends string>({ endpoint }: { endpoint: E }) =>
  endpoint.slice(1).toLowerCase() as FunctionOf<E>

/** What stands for a type in {@link RESOURCE_ROUTES}, replaced by its endpoint. */
export const withEndpoint = (text: string, { endpoint }: { endpoint: string }): string =>
  text.replace('/{type}', endpoint)

/** Bearer token, custom authorizer. Served below `/scim/v2` and below `/scim/v2/{endpointId}`. */
export function scimRoutes<E extends string>(types: Readonly<Record<string, { endpoint: E }>>) {
  const resources = Object.values(types).flatMap((type) =>
    RESOURCE_ROUTES.map((route) => ({ ...route, path: withEndpoint(route.path, type), function: functionOf(type) })),
  )
  return [...resources, ...SERVICE_ROUTES]
}

/** Where authenticated requests to unknown SCIM paths land, to be answered 404 and audited like any other. */
export const SCIM_UNKNOWN: Route = { path: '/{proxy+}', methods: [], function: 'discovery' }

/**
 * The gateway resource paths of a SCIM route: `/scim/v2/Users` and `/scim/v2/{endpointId}/Users`.
 * Gateways allow one variable per level, so below `/scim/v2` itself `{endpointId}` also catches unknown names.
 */
export function scimGatewayPaths(route: Route): string[] {
  if (route === SCIM_UNKNOWN) return [`${SCIM_BASE}/{endpointId}`, `${SCIM_BASE}/{endpointId}/{proxy+}`]
  return [`${SCIM_BASE}${route.path}`, `${SCIM_BASE}/{endpointId}${route.path}`]
}
