import { expect } from 'vitest'
import type { Principal } from '../../shared/auth/principal.ts'
import { bulkOperations } from '../../shared/http/bulk-operations.ts'
import { discoveryOperations } from '../../shared/http/discovery-operations.ts'
import type { Doorkeeper } from '../../shared/http/doorkeeper.ts'
import { resourceOperations } from '../../shared/http/resource-operations.ts'
import { scimRoutes } from '../../shared/http/routes.ts'
import { searchOperations } from '../../shared/http/search-operations.ts'
import { RESOURCE_TYPES, resourceTypes } from '../../shared/scim/resource-types.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import type { Db } from '../../shared/store/client.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { lambdaContext } from './api-event.ts'
import { idleDoorkeeper } from './doorkeeper.ts'
import { testConfig } from './engine.ts'
import { type Answer, type Body, resourceLambdas } from './resource-lambdas.ts'
import { PRODUCT_OPERATIONS, principal, scimEvent } from './scim-event.ts'

export { GROUP_SCHEMA, newGroup, newUser, PRODUCT_OPERATIONS, patchOf, principal, USER_SCHEMA } from './scim-event.ts'
export type { Answer, Body }

export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

/** The clock, the invocation's remaining time, the types beside users and groups and the doorkeeper, where they matter. */
interface Surroundings {
  doorkeeper?: Doorkeeper
  now?: () => Date
  remainingMs?: () => number
  further?: readonly ResourceType[]
}

/**
 * The resource Lambdas of one caller, called with gateway events but without a gateway; `further` types are registered
 * and served beside users and groups.
 */
export function scimApi(
  db: Db,
  caller: Principal = principal(),
  {
    now = () => new Date(),
    remainingMs = () => 15_000,
    further = [],
    doorkeeper = idleDoorkeeper(),
  }: Surroundings = {},
): Call {
  const config = testConfig(db.tableName)
  const resources = Object.assign({}, PRODUCT_OPERATIONS, ...further.map((type) => resourceOperations(type)))
  const operations = {
    ...resources,
    ...searchOperations,
    ...bulkOperations(putEvent, resources),
    ...discoveryOperations,
  }
  const registered = Object.fromEntries(further.map((type) => [type.name, type]))
  const types: typeof resourceTypes = (client) => ({ ...resourceTypes(client), ...registered })
  const routes = scimRoutes({ ...RESOURCE_TYPES, ...registered })
  const serve = resourceLambdas({ config, db, putEvent, doorkeeper, now, types }, operations)
  return (method, path, body, headers = {}) => {
    const event = scimEvent(routes, caller, method, path, body, headers)
    return serve(event, { ...lambdaContext(), getRemainingTimeInMillis: remainingMs })
  }
}

/** Creates resources as a client, and fails the test where one is not made. */
export const creator =
  (call: Call) =>
  async (path: '/Users' | '/Groups', body: object): Promise<Body> => {
    const { status, body: made } = await call('POST', path, body)
    expect(status).toBe(201)
    return made
  }
