import { changeIntegration } from '../../resources/change-integration.ts'
import { dropIntegration } from '../../resources/drop-integration.ts'
import { createIntegration, describeIntegration, listIntegrations } from '../../resources/integrations.ts'
import { releaseBrake } from '../../resources/release-brake.ts'
import type { OperationsOf } from './handler.ts'
import { json, parseDryRun, requireObject } from './input.ts'

/** Integrations, which are administrators' to make and to change. */
export const integrationOperations = {
  'GET /admin/integrations': async ({ query }, context) =>
    json(200, { integrations: await listIntegrations(context, query) }),
  'POST /admin/integrations': async (request, context) => {
    const made = await createIntegration(context, requireObject(request), { isDryRun: parseDryRun(request) })
    return json(made.outcome === 'created' ? 201 : 200, made)
  },
  'GET /admin/integrations/{name}': async ({ params }, context) =>
    json(200, await describeIntegration(context, params.name ?? '')),
  'PATCH /admin/integrations/{name}': async (request, context) => {
    const options = { isDryRun: parseDryRun(request) }
    return json(200, await changeIntegration(context, request.params.name ?? '', requireObject(request), options))
  },
  'POST /admin/integrations/{name}/release': async (request, context) => {
    const options = { isDryRun: parseDryRun(request) }
    return json(200, await releaseBrake(context, request.params.name ?? '', requireObject(request), options))
  },
  'DELETE /admin/integrations/{name}': async (request, context) =>
    json(200, await dropIntegration(context, request.params.name ?? '', { isDryRun: parseDryRun(request) })),
} satisfies OperationsOf<'admin'>
