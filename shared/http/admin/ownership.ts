import { transferOwnership } from '../../resources/ownership.ts'
import { listOwnership, loadOwner } from '../../resources/show-ownership.ts'
import { invalidValue } from '../../scim/error.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { AdminContext, OperationsOf } from './handler.ts'
import { json, requireObject } from './input.ts'

/** Who owns what, and who shall. */
export const ownershipOperations = {
  'GET /admin/ownership': async ({ query }, context) => json(200, await showOwnership(context, query)),
  'POST /admin/ownership': async (request, context) =>
    json(200, await transferOwnership(context, requireObject(request))),
} satisfies OperationsOf<'admin-resources'>

/** @throws {ScimError} 404; 400 invalidValue when both are asked for. */
async function showOwnership(context: AdminContext, { user, role }: Readonly<Record<string, string>>): Promise<object> {
  const { User, Group } = RESOURCE_TYPES
  if (user !== undefined && role !== undefined) {
    throw invalidValue('Cannot show the owner of a user and of a role at once: name one of them')
  }
  if (user !== undefined) return loadOwner(context, User, user)
  if (role !== undefined) return loadOwner(context, Group, role)
  return { owners: await listOwnership(context) }
}
