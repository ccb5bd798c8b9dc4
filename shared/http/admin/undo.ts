import { undo } from '../../resources/undo/undo.ts'
import { undrop } from '../../resources/undo/undrop.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { ResourceType } from '../../scim/schema.ts'
import type { ApiAnswer } from '../api-answer.ts'
import type { ApiRequest } from '../api-request.ts'
import { parseDryRun } from './dry-run.ts'
import type { AdminContext, OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'
import { toScimContext } from './resources.ts'

/** What brings back what was there. */
export const undoOperations = {
  'POST /admin/undo': async (request, context) => json(200, await undo(toScimContext(context), requireObject(request))),
  'POST /admin/users/{id}/undrop': (request, context) => undropOne(request, context, RESOURCE_TYPES.User),
  'POST /admin/roles/{id}/undrop': (request, context) => undropOne(request, context, RESOURCE_TYPES.Group),
} satisfies OperationsOf<'admin-resources'>

async function undropOne(request: ApiRequest, context: AdminContext, type: ResourceType): Promise<ApiAnswer> {
  const { params, query } = request
  const input = { idOrName: params.id ?? '', dryRun: parseDryRun(request), next: query.next }
  return json(200, await undrop(toScimContext(context), type, input))
}
