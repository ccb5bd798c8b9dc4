import { issueToken, listTokens, revokeToken } from '../../resources/tokens.ts'
import type { OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'

/** The tokens of integrations. */
export const tokenOperations = {
  'GET /admin/integrations/{name}/tokens': async ({ params }, context) =>
    json(200, { tokens: await listTokens(context, params.name ?? '') }),
  'POST /admin/integrations/{name}/tokens': async (request, context) =>
    json(201, await issueToken(context, { ...requireObject(request), integration: request.params.name ?? '' })),
  'DELETE /admin/tokens/{id}': async ({ params }, context) => {
    await revokeToken(context, params.id ?? '')
    return { status: 204 }
  },
} satisfies OperationsOf<'admin'>
