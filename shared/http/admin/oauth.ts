import { changeOAuth, describeOAuth, disableOAuth, enableOAuth, rotateSecret } from '../../resources/oauth-clients.ts'
import { mayBeDry } from './dry-run.ts'
import type { OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'

/** Integrations as clients of OAuth 2.0. */
export const oauthOperations = {
  'GET /admin/integrations/{name}/oauth': async ({ params }, context) =>
    json(200, await describeOAuth(context, params.name ?? '')),
  'POST /admin/integrations/{name}/oauth': async ({ params }, context) =>
    json(201, await enableOAuth(context, params.name ?? '')),
  'PATCH /admin/integrations/{name}/oauth': async (request, context) =>
    json(200, await changeOAuth(context, request.params.name ?? '', requireObject(request))),
  'DELETE /admin/integrations/{name}/oauth': async (request, context) =>
    json(200, await disableOAuth(mayBeDry(request, context), request.params.name ?? '')),
  'POST /admin/integrations/{name}/oauth/rotate': async (request, context) =>
    json(200, await rotateSecret(context, request.params.name ?? '', requireObject(request))),
} satisfies OperationsOf<'admin'>
