import { changeIntegration } from '../resources/change-integration.ts'
import { createIntegration, describeIntegration, listIntegrations } from '../resources/integrations.ts'
import { SPECIALS } from '../resources/kinds.ts'
import type { Kind } from '../resources/special.ts'
import { issueToken, listTokens, revokeToken } from '../resources/tokens.ts'
import { invalidSyntax } from '../scim/error.ts'
import { RESOURCE_TYPES } from '../scim/resource-types.ts'
import type { JsonObject } from '../scim/schema.ts'
import type { AdminContext } from './admin-handler.ts'
import { listForAdmin, loadForAdmin } from './admin-resources.ts'
import type { ApiAnswer } from './api-answer.ts'
import type { Operation } from './api-handler.ts'
import type { ApiRequest } from './api-request.ts'
import type { RouteKeyOf } from './routes.ts'

const MAX_INPUT_BYTES = 64 * 1024
const User: Kind = { type: RESOURCE_TYPES.User, special: SPECIALS.User }
const Group: Kind = { type: RESOURCE_TYPES.Group, special: SPECIALS.Group }

/** What administrators do over HTTP: integrations and their tokens are theirs to make, users and roles to look at. */
export const adminOperations = {
  'GET /admin/integrations': async (_request, context) => json(200, { integrations: await listIntegrations(context) }),
  'POST /admin/integrations': async (request, context) =>
    json(201, await createIntegration(context, requireObject(request))),
  'GET /admin/integrations/{name}': async ({ params }, context) =>
    json(200, await describeIntegration(context, params.name ?? '')),
  'PATCH /admin/integrations/{name}': async (request, context) =>
    json(200, await changeIntegration(context, request.params.name ?? '', requireObject(request))),
  'GET /admin/integrations/{name}/tokens': async ({ params }, context) =>
    json(200, { tokens: await listTokens(context, params.name ?? '') }),
  'POST /admin/integrations/{name}/tokens': async (request, context) =>
    json(201, await issueToken(context, { ...requireObject(request), integration: request.params.name ?? '' })),
  'DELETE /admin/tokens/{id}': async ({ params }, context) => {
    await revokeToken(context, params.id ?? '')
    return { status: 204 }
  },
  'GET /admin/users': ({ query }, context) => listForAdmin(context, User, query),
  'GET /admin/users/{id}': ({ params, query }, context) => loadForAdmin(context, User, params.id ?? '', query),
  'GET /admin/roles': ({ query }, context) => listForAdmin(context, Group, query),
  'GET /admin/roles/{id}': ({ params, query }, context) => loadForAdmin(context, Group, params.id ?? '', query),
} satisfies Record<RouteKeyOf<'admin'>, Operation<AdminContext>>

const json = (status: number, body: object): ApiAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
})

/** @throws {ScimError} 400 invalidSyntax when the body is no JSON object. */
function requireObject(request: ApiRequest): JsonObject {
  const body = request.parseBody(MAX_INPUT_BYTES)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  throw invalidSyntax('Cannot read the body: send a JSON object')
}
