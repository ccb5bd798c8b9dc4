import {
  changePolicy,
  createNetworkPolicy,
  describeNetworkPolicy,
  dropPolicy,
  listNetworkPolicies,
} from '../../resources/network-policies.ts'
import type { OperationsOf } from './handler.ts'
import { json, parseDryRun, requireObject } from './input.ts'

/** Network policies: from which addresses integrations may be used. */
export const networkPolicyOperations = {
  'GET /admin/network-policies': async ({ query }, context) =>
    json(200, { networkPolicies: await listNetworkPolicies(context, query) }),
  'POST /admin/network-policies': async (request, context) =>
    json(201, await createNetworkPolicy(context, requireObject(request))),
  'GET /admin/network-policies/{name}': async ({ params }, context) =>
    json(200, await describeNetworkPolicy(context, params.name ?? '')),
  'PATCH /admin/network-policies/{name}': async (request, context) => {
    const options = { isDryRun: parseDryRun(request) }
    return json(200, await changePolicy(context, request.params.name ?? '', requireObject(request), options))
  },
  'DELETE /admin/network-policies/{name}': async (request, context) => {
    await dropPolicy(context, request.params.name ?? '', { isDryRun: parseDryRun(request) })
    return { status: 204 }
  },
} satisfies OperationsOf<'admin'>
