import { checkInvariants } from '../../resources/check-invariants.ts'
import { SPECIALS } from '../../resources/kinds.ts'
import { listMembersOf, listRolesOf } from '../../resources/search/memberships.ts'
import type { Kind } from '../../resources/special.ts'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { Operation } from '../api-handler.ts'
import type { RouteKeyOf } from '../routes.ts'
import { directOperations } from './direct.ts'
import type { AdminContext } from './handler.ts'
import { json } from './input.ts'
import { ownershipOperations } from './ownership.ts'
import { loadForAdmin } from './resources.ts'
import { listOrSearch } from './search.ts'
import { undoOperations } from './undo.ts'

const User: Kind = { type: RESOURCE_TYPES.User, special: SPECIALS.User }
const Group: Kind = { type: RESOURCE_TYPES.Group, special: SPECIALS.Group }

/** What administrators do over HTTP with users and roles, whoever owns them. */
export const adminResourceOperations = {
  'GET /admin/users': ({ query }, context) => listOrSearch(context, User, query),
  'GET /admin/users/{id}': ({ params, query }, context) => loadForAdmin(context, User, params.id ?? '', query),
  'GET /admin/roles': ({ query }, context) => listOrSearch(context, Group, query),
  'GET /admin/roles/{id}': ({ params, query }, context) => loadForAdmin(context, Group, params.id ?? '', query),
  'GET /admin/users/{id}/roles': async ({ params, query }, context) =>
    json(200, await listRolesOf(context, params.id ?? '', query)),
  'GET /admin/roles/{id}/members': async ({ params, query }, context) =>
    json(200, await listMembersOf(context, params.id ?? '', query)),
  'GET /admin/invariants': async ({ query }, context) => json(200, await checkInvariants(context, query)),
  ...directOperations,
  ...ownershipOperations,
  ...undoOperations,
} satisfies Record<RouteKeyOf<'admin-resources'>, Operation<AdminContext>>
