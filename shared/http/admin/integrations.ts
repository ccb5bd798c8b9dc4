import { changeIntegration } from '../../resources/change-integration.ts'
import { createIntegration, describeIntegration, listIntegrations } from '../../resources/integrations.ts'
import { releaseBrake } from '../../resources/release-brake.ts'
import type { OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'

/** Integrations, which are administrators' to make and to change. */
export const integrationOperations = {
  'GET /admin/integrations': async (_request, context) => json(200, { integrations: await listIntegrations(context) }),
  'POST /admin/integrations': async (request, context) =>
    json(201, await createIntegration(context, requireObject(request))),
  'GET /admin/integrations/{name}': async ({ params }, context) =>
    json(200, await describeIntegration(context, params.name ?? '')),
  'PATCH /admin/integrations/{name}': async (request, context) =>
    json(200, await changeIntegration(context, request.params.name ?? '', requireObject(request))),
  'POST /admin/integrations/{name}/release': async (request, context) =>
    json(200, await releaseBrake(context, request.params.name ?? '', requireObject(request))),
} satisfies OperationsOf<'admin'>
