import { requireAccount } from '../../resources/known-names.ts'
import { loadShown } from '../../resources/load-shown.ts'
import { isSearch, parseSearch } from '../../resources/search/search-input.ts'
import { searchObjects } from '../../resources/search/search-objects.ts'
import type { Kind } from '../../resources/special.ts'
import { parseProjection } from '../../scim/project.ts'
import { hasMembers, type ResourceType } from '../../scim/schema.ts'
import { listMemberships, toRuns } from '../../store/groups/memberships.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import type { ApiAnswer } from '../api-answer.ts'
import { parseListParameters } from '../list-input.ts'
import type { AdminContext } from './handler.ts'
import { json } from './input.ts'
import { listForAdmin, toAdminView, toScimContext } from './resources.ts'

type Query = Readonly<Record<string, string>>

/** A list of SCIM, or a search where it is asked in the words of one. @throws {ScimError} 400; 404. */
export const listOrSearch = (context: AdminContext, kind: Kind, query: Query): Promise<ApiAnswer> =>
  isSearch(query) ? searchForAdmin(context, kind, query) : listForAdmin(context, kind, query)

/** Pages of more rows tell no number of roles: it costs a query for each user who was made by itself. */
const MAX_COUNTED = 100

/**
 * What was looked for, in the order of names, with owners, and with the number of members or roles. Members and roles
 * themselves are left out unless `attributes` names them. @throws {ScimError} 400; 404.
 */
async function searchForAdmin(context: AdminContext, kind: Kind, query: Query): Promise<ApiAnswer> {
  const { type } = kind
  context.trail.about(type.auditWord)
  const search = parseSearch(type, query)
  const { found, ...rest } = await searchObjects(context, type, search)
  if (found.length === 0 && rest.next === undefined) await requireAccount(context)
  const projection = parseProjection(type, projected(type, query))
  const shown = found.map((stored) => ({ kind, stored, projection }))
  const [presented, counted] = await Promise.all([
    loadShown(toScimContext(context), shown),
    countBeside(context, type, found),
  ])
  const byId = new Map(found.map((one) => [one.id, one]))
  const Resources = presented.map(({ resource }) => {
    const id = String(resource.id)
    return { ...toAdminView(resource, byId.get(id)), ...counted(id) }
  })
  context.trail.counted(Resources.length, rest.totalResults)
  return json(200, { ...rest, Resources })
}

function projected(type: ResourceType, query: Query) {
  const { attributes, excludedAttributes = '' } = parseListParameters(query)
  if (attributes !== undefined) return { attributes }
  return { excludedAttributes: [String(excludedAttributes), type.derived?.attribute ?? ''] }
}

/** How many members a role has, which is stored with it; how many roles a user has, from the index of memberships. */
async function countBeside(
  { db, account }: AdminContext,
  type: ResourceType,
  found: readonly StoredResource[],
): Promise<(id: string) => object> {
  if (hasMembers(type)) {
    const counts = new Map(found.map(({ id, memberCount = 0 }) => [id, memberCount]))
    return (id) => ({ memberCount: counts.get(id) ?? 0 })
  }
  if (found.length > MAX_COUNTED) return () => ({})
  const ids = found.map(({ id }) => id)
  const memberships = await listMemberships(db, account, toRuns(account, ids))
  return (id) => ({ rolesCount: memberships.get(id)?.length ?? 0 })
}
