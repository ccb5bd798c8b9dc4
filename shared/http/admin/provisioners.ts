import { dropProvisioner } from '../../resources/drop-provisioner.ts'
import { changeProvisioner, describeProvisioner, listProvisioners } from '../../resources/provisioners.ts'
import type { OperationsOf } from './handler.ts'
import { json, parseDryRun, requireObject } from './input.ts'

/** The roles that integrations run as, and what these may do. */
export const provisionerOperations = {
  'GET /admin/provisioners': async (_request, context) => json(200, { provisioners: await listProvisioners(context) }),
  'GET /admin/provisioners/{role}': async ({ params }, context) =>
    json(200, await describeProvisioner(context, params.role ?? '')),
  'PATCH /admin/provisioners/{role}': async (request, context) => {
    const options = { isDryRun: parseDryRun(request) }
    return json(200, await changeProvisioner(context, request.params.role ?? '', requireObject(request), options))
  },
  'DELETE /admin/provisioners/{role}': async (request, context) => {
    await dropProvisioner(context, request.params.role ?? '', { isDryRun: parseDryRun(request) })
    return { status: 204 }
  },
} satisfies OperationsOf<'admin'>
