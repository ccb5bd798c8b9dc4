import { rotateToken } from '../../resources/token-rotation.ts'
import {
  issueToken,
  listAllTokens,
  listTokens,
  renameToken,
  revokeToken,
  revokeTokens,
} from '../../resources/tokens.ts'
import { askedForFrame } from '../once-per-hour.ts'
import { mayBeDry } from './dry-run.ts'
import type { OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'

/** The tokens of integrations. */
export const tokenOperations = {
  'GET /admin/tokens': async ({ query }, context) => {
    askedForFrame(query, context)
    return json(200, { tokens: await listAllTokens(context) })
  },
  'GET /admin/integrations/{name}/tokens': async ({ params }, context) =>
    json(200, { tokens: await listTokens(context, params.name ?? '') }),
  'POST /admin/integrations/{name}/tokens': async (request, context) =>
    json(201, await issueToken(context, { ...requireObject(request), integration: request.params.name ?? '' })),
  'DELETE /admin/integrations/{name}/tokens': async (request, context) =>
    json(200, await revokeTokens(mayBeDry(request, context), request.params.name ?? '')),
  'PATCH /admin/tokens/{id}': async (request, context) =>
    json(200, await renameToken(context, request.params.id ?? '', requireObject(request))),
  'DELETE /admin/tokens/{id}': async (request, context) =>
    json(200, await revokeToken(mayBeDry(request, context), request.params.id ?? '')),
  'POST /admin/tokens/{id}/rotate': async (request, context) =>
    json(201, await rotateToken(context, request.params.id ?? '', requireObject(request))),
} satisfies OperationsOf<'admin'>
