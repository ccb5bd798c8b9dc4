import { dropProvisioner } from '../../resources/drop-provisioner.ts'
import { changeProvisioner, describeProvisioner, listProvisioners } from '../../resources/provisioners.ts'
import { mayBeDry } from './dry-run.ts'
import type { OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'

/** The roles that integrations run as, and what these may do. */
export const provisionerOperations = {
  'GET /admin/provisioners': async (_request, context) => json(200, { provisioners: await listProvisioners(context) }),
  'GET /admin/provisioners/{role}': async ({ params }, context) =>
    json(200, await describeProvisioner(context, params.role ?? '')),
  'PATCH /admin/provisioners/{role}': async (request, context) =>
    json(200, await changeProvisioner(mayBeDry(request, context), request.params.role ?? '', requireObject(request))),
  'DELETE /admin/provisioners/{role}': async (request, context) => {
    await dropProvisioner(mayBeDry(request, context), request.params.role ?? '')
    return { status: 204 }
  },
} satisfies OperationsOf<'admin'>
