import { changeIntegration } from '../../resources/change-integration.ts'
import { dropIntegration } from '../../resources/drop-integration.ts'
import { createIntegration, describeIntegration, listIntegrations } from '../../resources/integrations.ts'
import { releaseBrake } from '../../resources/release-brake.ts'
import { askedForFrame } from '../once-per-hour.ts'
import { mayBeDry } from './dry-run.ts'
import type { OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'

/** Integrations, which are administrators' to make and to change. */
export const integrationOperations = {
  'GET /admin/integrations': async ({ query }, context) => {
    askedForFrame(query, context)
    return json(200, { integrations: await listIntegrations(context, query) })
  },
  'POST /admin/integrations': async (request, context) => {
    const made = await createIntegration(mayBeDry(request, context), requireObject(request))
    return json(made.outcome === 'created' ? 201 : 200, made)
  },
  'GET /admin/integrations/{name}': async ({ params }, context) =>
    json(200, await describeIntegration(context, params.name ?? '')),
  'PATCH /admin/integrations/{name}': async (request, context) =>
    json(200, await changeIntegration(mayBeDry(request, context), request.params.name ?? '', requireObject(request))),
  'POST /admin/integrations/{name}/release': async (request, context) =>
    json(200, await releaseBrake(mayBeDry(request, context), request.params.name ?? '', requireObject(request))),
  'DELETE /admin/integrations/{name}': async (request, context) =>
    json(200, await dropIntegration(mayBeDry(request, context), request.params.name ?? '')),
} satisfies OperationsOf<'admin'>
