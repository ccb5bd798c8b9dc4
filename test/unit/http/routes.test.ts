import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { adminHandler } from '../../../shared/http/admin/handler.ts'
import { adminOperations } from '../../../shared/http/admin/operations.ts'
import { adminResourceOperations } from '../../../shared/http/admin/resource-operations.ts'
import type { HandlerOptions, Operation } from '../../../shared/http/api-handler.ts'
import { auditOperations } from '../../../shared/http/audit-handler.ts'
import { bulkOperations } from '../../../shared/http/bulk-operations.ts'
import { discoveryOperations } from '../../../shared/http/discovery-operations.ts'
import { eventsOperations } from '../../../shared/http/events-operations.ts'
import { resourceOperations, resourceReads, resourceWrites } from '../../../shared/http/resource-operations.ts'
import {
  ADMIN_ROUTES,
  type FixedFunctionName,
  type FunctionName,
  OPEN_ROUTES,
  type ResourceRouteKey,
  type Route,
  type RouteKeyOf,
  scimRoutes,
} from '../../../shared/http/routes.ts'
import { scimHandler } from '../../../shared/http/scim-handler.ts'
import { searchOperations } from '../../../shared/http/search-operations.ts'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'

const ROUTES = [...scimRoutes(RESOURCE_TYPES), ...ADMIN_ROUTES, ...OPEN_ROUTES]
const { User, Group } = RESOURCE_TYPES
const OPERATIONS: Record<FunctionName, object> = {
  users: resourceOperations(User),
  groups: resourceWrites(Group),
  'group-reads': resourceReads(Group),
  search: searchOperations,
  bulk: bulkOperations(async (_db, { status }) => status, {}),
  discovery: discoveryOperations,
  events: eventsOperations,
  audit: auditOperations(undefined),
  admin: adminOperations,
  'admin-resources': adminResourceOperations,
  oauth: { 'POST /oauth2/token': true, 'GET /.well-known/oauth-authorization-server': true },
}

/** For the compiler alone. */
type Operations<Key extends string> = Record<Key, Operation<unknown>>
const run: Operation<unknown> = async () => ({ status: 200 })

describe('routes and operations', () => {
  test.each(Object.entries(OPERATIONS))('%s has one operation for each method of its routes', (name, operations) => {
    const keys = ROUTES.filter((route) => route.function === name).flatMap(({ path, methods }) =>
      methods.map((method) => `${method} ${path}`),
    )
    expect(Object.keys(operations).sort()).toEqual(keys.sort())
  })

  test('a route without an operation does not compile', () => {
    // @ts-expect-error `POST /Bulk` is missing
    const bulk = {} satisfies Operations<RouteKeyOf<'bulk'>>
    const resources = {
      ...{ 'GET /{type}': run, 'POST /{type}': run, 'POST /{type}/.search': run },
      ...{ 'GET /{type}/{id}': run, 'PUT /{type}/{id}': run, 'PATCH /{type}/{id}': run },
      // @ts-expect-error `DELETE /{type}/{id}` is missing
    } satisfies Operations<ResourceRouteKey>
    expect([bulk, Object.keys(resources).length]).toEqual([{}, 6])
  })

  test('a handler without the operations of its function does not compile', () => {
    const options = {} as HandlerOptions
    const handlers = [
      // @ts-expect-error `POST /.search` is missing
      () => scimHandler<'search'>(options, {}),
      // @ts-expect-error the function is not named
      () => scimHandler(options, {}),
      // @ts-expect-error users are not served with the operations of groups
      () => scimHandler<'users'>(options, resourceOperations(Group)),
      // @ts-expect-error `GET /events` is missing
      () => adminHandler<'events'>(options, {}),
    ]
    expect(handlers).toHaveLength(4)
  })

  test('a route given to the function of a resource type, which has its own, does not compile', () => {
    // @ts-expect-error users serves what RESOURCE_ROUTES says
    const ping: Route<FixedFunctionName> = { path: '/Ping', methods: ['GET'], function: 'users' }
    expect(ping.path).toBe('/Ping')
  })

  test('an operation without a route does not compile', () => {
    // @ts-expect-error there is no GET of /Bulk
    const bulk = { 'POST /Bulk': run, 'GET /Bulk': run } satisfies Operations<RouteKeyOf<'bulk'>>
    // @ts-expect-error there is no such function
    const none: Operations<RouteKeyOf<'devices'>> = {}
    expect([Object.keys(bulk), none]).toEqual([['POST /Bulk', 'GET /Bulk'], {}])
  })
})

describe('docs/architecture.md', () => {
  test('lists every route with its methods and its function, and no other', () => {
    const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'architecture.md'), 'utf8')
    const listed = [...text.matchAll(/^\| `(\/[^`]*)` \| ([A-Z, ]+) \| `([\w-]+)` \|/gm)].map(
      ([, path, methods, name]) => [path, methods?.split(', '), name],
    )
    expect(listed).toEqual(ROUTES.map(({ path, methods, function: name }) => [path, methods, name]))
  })
})
