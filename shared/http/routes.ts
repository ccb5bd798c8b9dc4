import type { ResourceTypeEntry } from '../scim/resource-types.ts'
import { hasMembers, type ResourceType } from '../scim/schema.ts'

/** Every route, once: the CDK stack deploys it, the local gateway reads it from the template, handlers dispatch on it. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Route<Name extends string = FunctionName> {
  /** API Gateway resource path; SCIM paths are relative to the base URL. */
  path: string
  /** What the function serves there; a method that no route of the path has is answered 405. */
  methods: readonly Method[]
  function: Name
  /** Whether the gateway passes the answer on while the function is still writing it: then every answer is written so. */
  streams?: boolean
}

export const SCIM_BASE = '/scim/v2'
/** The methods a token's policy allows, path by path being the functions' business. */
export const SCIM_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies readonly Method[]

/** What every resource type offers (RFC 7644 §3.2), what reads apart; its endpoint stands for `/{type}`. */
export const RESOURCE_ROUTES = [
  { path: '/{type}', reads: ['GET'], writes: ['POST'] },
  { path: '/{type}/.search', reads: ['POST'], writes: [] },
  { path: '/{type}/{id}', reads: ['GET'], writes: ['PUT', 'PATCH', 'DELETE'] },
] as const satisfies readonly { path: string; reads: readonly Method[]; writes: readonly Method[] }[]

/** The functions that serve no type of resource. */
export type FixedFunctionName =
  | 'search'
  | 'bulk'
  | 'discovery'
  | 'admin'
  | 'admin-resources'
  | 'events'
  | 'audit'
  | 'oauth'

/** Whether a request asks for a change: what only reads may be asked by POST too. */
export const isChange = ({ method, route }: { method: string; route: string }): boolean =>
  method !== 'GET' && !route.endsWith('/.search') && route !== '/admin/whoami'

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
  { path: '/admin/accounts', methods: ['GET', 'POST'], function: 'admin' },
  { path: '/admin/accounts/{account}', methods: ['GET', 'PATCH', 'DELETE'], function: 'admin' },
  { path: '/admin/integrations', methods: ['GET', 'POST'], function: 'admin' },
  { path: '/admin/integrations/{name}', methods: ['GET', 'PATCH', 'DELETE'], function: 'admin' },
  { path: '/admin/integrations/{name}/release', methods: ['POST'], function: 'admin' },
  { path: '/admin/integrations/{name}/tokens', methods: ['GET', 'POST', 'DELETE'], function: 'admin' },
  { path: '/admin/integrations/{name}/oauth', methods: ['GET', 'POST', 'PATCH', 'DELETE'], function: 'admin' },
  { path: '/admin/integrations/{name}/oauth/rotate', methods: ['POST'], function: 'admin' },
  { path: '/admin/tokens', methods: ['GET'], function: 'admin' },
  { path: '/admin/tokens/{id}', methods: ['PATCH', 'DELETE'], function: 'admin' },
  { path: '/admin/tokens/{id}/rotate', methods: ['POST'], function: 'admin' },
  { path: '/admin/network-policies', methods: ['GET', 'POST'], function: 'admin' },
  { path: '/admin/network-policies/{name}', methods: ['GET', 'PATCH', 'DELETE'], function: 'admin' },
  { path: '/admin/provisioners', methods: ['GET'], function: 'admin' },
  { path: '/admin/provisioners/{role}', methods: ['GET', 'PATCH', 'DELETE'], function: 'admin' },
  { path: '/admin/whoami', methods: ['GET', 'POST'], function: 'admin' },
  { path: '/admin/health', methods: ['GET'], function: 'admin' },
  { path: '/admin/users', methods: ['GET', 'POST'], function: 'admin-resources' },
  { path: '/admin/users/{id}', methods: ['GET', 'PATCH', 'DELETE'], function: 'admin-resources' },
  { path: '/admin/users/{id}/roles', methods: ['GET'], function: 'admin-resources' },
  { path: '/admin/users/{id}/undrop', methods: ['POST'], function: 'admin-resources' },
  { path: '/admin/roles', methods: ['GET', 'POST'], function: 'admin-resources' },
  { path: '/admin/roles/{id}', methods: ['GET', 'PATCH', 'DELETE'], function: 'admin-resources' },
  { path: '/admin/roles/{id}/members', methods: ['GET'], function: 'admin-resources' },
  { path: '/admin/invariants', methods: ['GET'], function: 'admin-resources' },
  { path: '/admin/ownership', methods: ['GET', 'POST'], function: 'admin-resources' },
  { path: '/admin/roles/{id}/undrop', methods: ['POST'], function: 'admin-resources' },
  { path: '/admin/undo', methods: ['POST'], function: 'admin-resources' },
  { path: '/events', methods: ['GET'], function: 'events' },
  { path: '/events/counts', methods: ['GET'], function: 'events' },
  { path: '/events/{id}', methods: ['GET'], function: 'events' },
  { path: '/changes', methods: ['GET'], function: 'events' },
  { path: '/audit/digests', methods: ['GET'], function: 'audit' },
] as const satisfies readonly Route<FixedFunctionName>[]

/** Nobody's yet: who calls here is about to prove who it is. */
export const OPEN_ROUTES = [
  { path: '/oauth2/token', methods: ['POST'], function: 'oauth' },
  { path: '/.well-known/oauth-authorization-server', methods: ['GET'], function: 'oauth' },
] as const satisfies readonly Route<FixedFunctionName>[]

type FixedRoute = (typeof SERVICE_ROUTES | typeof ADMIN_ROUTES | typeof OPEN_ROUTES)[number]
/** The function of a type is called as its endpoint: `users`. */
type FunctionOf<T> = T extends { endpoint: `/${infer Name}` } ? Lowercase<Name> : never
/** A type with members has a function of its own for its answers of any size: `group-reads`. */
type ReadsFunctionOf<T> = T extends { derived: { from: 'members' }; name: infer Name extends string }
  ? `${Lowercase<Name>}-reads`
  : FunctionOf<T>
export type ResourceFunctionName = FunctionOf<ResourceTypeEntry> | ReadsFunctionOf<ResourceTypeEntry>
export type FunctionName = FixedFunctionName | ResourceFunctionName

/** The keys under which operations of routes stand: `GET /Schemas/{id}`. */
type KeyOf<R> = R extends { methods: readonly (infer M extends Method)[]; path: infer P extends string }
  ? `${M} ${P}`
  : never
type PartKeyOf<Part extends 'reads' | 'writes', R = (typeof RESOURCE_ROUTES)[number]> = R extends {
  path: infer P extends string
} & Record<Part, readonly (infer M extends Method)[]>
  ? `${M} ${P}`
  : never
/** The keys of what administrators and auditors may ask: `GET /events`. */
export type AdminRouteKey = KeyOf<(typeof ADMIN_ROUTES)[number]>
/** The keys of what reads resources of a type, whichever it is, and of what changes them. */
export type ReadRouteKey = PartKeyOf<'reads'>
export type WriteRouteKey = PartKeyOf<'writes'>
export type ResourceRouteKey = ReadRouteKey | WriteRouteKey
/** Keys of resources with the endpoint of a type. */
export type EndpointRouteKey<E extends string, K = ResourceRouteKey> = K extends `${infer M} /{type}${infer Rest}`
  ? `${M} ${E}${Rest}`
  : never
type TypeRouteKeyOf<Name, T = ResourceTypeEntry> = T extends { endpoint: infer E extends string }
  ?
      | (ReadsFunctionOf<T> extends Name ? EndpointRouteKey<E, ReadRouteKey> : never)
      | (FunctionOf<T> extends Name ? EndpointRouteKey<E, WriteRouteKey> : never)
  : never
/** One operation for each method of each route of a function: one more, or one less, does not compile. */
export type RouteKeyOf<Name extends FunctionName> =
  | KeyOf<Extract<FixedRoute, { function: Name }>>
  | TypeRouteKeyOf<Name>

/** The part of a resource type from which its routes follow. */
type Routed = Pick<ResourceType, 'name' | 'endpoint' | 'derived'>

/** The name of the function that changes a type's resources. */
export const functionOf = <T extends Routed>({ endpoint }: T) => endpoint.slice(1).toLowerCase() as FunctionOf<T>

/** The name of the function that reads them: of a type with members one that streams, since there is no largest group. */
export const readsFunctionOf = <T extends Routed>(type: T) =>
  (hasMembers(type) ? `${type.name.toLowerCase()}-reads` : functionOf(type)) as ReadsFunctionOf<T>

/** What stands for a type in {@link RESOURCE_ROUTES}, replaced by its endpoint. */
export const withEndpoint = (text: string, { endpoint }: { endpoint: string }): string =>
  text.replace('/{type}', endpoint)

/** Bearer token, custom authorizer. Served below `/scim/v2` and below `/scim/v2/{endpointId}`. */
export function scimRoutes<T extends Routed>(types: Readonly<Record<string, T>>) {
  return [...Object.values(types).flatMap(typeRoutes), ...SERVICE_ROUTES]
}

function typeRoutes<T extends Routed>(type: T): Route<FunctionOf<T> | ReadsFunctionOf<T>>[] {
  const streams = hasMembers(type)
  return RESOURCE_ROUTES.flatMap(({ path: pattern, reads, writes }) => {
    const path = withEndpoint(pattern, type)
    const changing = { path, methods: [...(streams ? [] : reads), ...writes], function: functionOf(type) }
    const reading = { path, methods: reads, function: readsFunctionOf(type), streams }
    return [...(streams ? [reading] : []), ...(changing.methods.length > 0 ? [changing] : [])]
  })
}

/** Every method that a path offers, whichever functions serve it. */
export const methodsOf = (routes: readonly Route<string>[], path: string): Method[] =>
  routes.flatMap((route) => (route.path === path ? route.methods : []))

/** The methods a gateway sends to a route: the last of a path takes what is left, to answer 405 (RFC 7644 §3.2). */
export function gatewayMethods(routes: readonly Route<string>[], route: Route<string>): readonly (Method | 'ANY')[] {
  return routes.findLast(({ path }) => path === route.path) === route ? ['ANY'] : route.methods
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
