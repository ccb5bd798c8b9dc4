import {
  changePolicy,
  createNetworkPolicy,
  describeNetworkPolicy,
  dropPolicy,
  listNetworkPolicies,
} from '../../resources/network-policies.ts'
import { mayBeDry } from './dry-run.ts'
import type { OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'

/** Network policies: from which addresses integrations may be used. */
export const networkPolicyOperations = {
  'GET /admin/network-policies': async ({ query }, context) =>
    json(200, { networkPolicies: await listNetworkPolicies(context, query) }),
  'POST /admin/network-policies': async (request, context) =>
    json(201, await createNetworkPolicy(context, requireObject(request))),
  'GET /admin/network-policies/{name}': async ({ params }, context) =>
    json(200, await describeNetworkPolicy(context, params.name ?? '')),
  'PATCH /admin/network-policies/{name}': async (request, context) =>
    json(200, await changePolicy(mayBeDry(request, context), request.params.name ?? '', requireObject(request))),
  'DELETE /admin/network-policies/{name}': async (request, context) => {
    await dropPolicy(mayBeDry(request, context), request.params.name ?? '')
    return { status: 204 }
  },
} satisfies OperationsOf<'admin'>
