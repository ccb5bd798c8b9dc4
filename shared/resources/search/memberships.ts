import * as z from 'zod/mini'
import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { nameOf } from '../../store/claims.ts'
import { listGrantedSince, listMembersSince } from '../../store/events/granted.ts'
import { listMembersBehind } from '../../store/groups/members.ts'
import { listGroupIdsBehind } from '../../store/groups/memberships.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { getResourcesLately } from '../../store/resources.ts'
import type { AdminContext } from '../admin-context.ts'
import { requireResource } from '../find-resource.ts'
import { parseInput } from '../parse-input.ts'
import { beginning, pageSize, parseSearch } from './search-input.ts'
import { searchObjects } from './search-objects.ts'

/** One who has a role, or a role that somebody has. */
export interface MembershipRow {
  id: string
  name: string
  /** ISO 8601; absent where the grant is older than the history. */
  since?: string
}

/** Memberships, a page of them. */
export interface MembershipPage {
  Resources: MembershipRow[]
  /** How many there are, where that is known without reading them. */
  totalResults?: number
  /** To be sent as `cursor`; absent after the last. */
  next?: string
  /** How far an answer came that ended before its page was full. */
  looked?: { at: number; of?: number }
}

type Query = Readonly<Record<string, string>>
const { User, Group } = RESOURCE_TYPES

const A_PLACE = 'expected the value of "next" of an earlier answer'
const pageInput = z.object({
  q: beginning,
  limit: pageSize,
  cursor: z.optional(z.string().check(z.regex(/^[0-9a-f-]{36}$/, { error: A_PLACE }))),
})

/**
 * The roles of a user, in the order they were made, and since when the user has each. 1 R for the user, 0.5 for some 17
 * roles and for each, and what {@link listGrantedSince} costs; from the index, so a moment behind. @throws {ScimError} 404; 400.
 */
export async function listRolesOf(context: AdminContext, idOrName: string, query: Query): Promise<MembershipPage> {
  const { db, account, trail } = context
  const { limit, cursor } = parseInput(pageInput, query)
  const user = await requireResource(context, User, idOrName)
  trail.about(User.auditWord, user.id, nameOf(user))
  const ids = await listGroupIdsBehind(db, account, user.id, { after: cursor, limit })
  const [groups, since] = await Promise.all([
    getResourcesLately(db, account, Group, ids),
    listGrantedSince(db, account, user.id, ids),
  ])
  trail.counted(groups.length)
  const next = ids.length === limit ? ids.at(-1) : undefined
  return { Resources: toRows(groups.sort(byId), since), ...(next !== undefined && { next }) }
}

/**
 * The members of a role and since when each has it: in the order they were made or, of those whose names begin with `q`,
 * in the order of names. 0.5 R for each member and 0.5 or more for each one's grant; open changes are overlaid.
 * @throws {ScimError} 404; 400.
 */
export async function listMembersOf(context: AdminContext, idOrName: string, query: Query): Promise<MembershipPage> {
  const { db, account, trail } = context
  const role = await requireResource(context, Group, idOrName)
  trail.about(Group.auditWord, role.id, nameOf(role))
  const { q = '' } = query
  const { found, ...rest } =
    q.trim() === '' ? await pageOfMembers(context, role, query) : await named(context, role, query)
  const ids = found.map(({ id }) => id)
  trail.counted(ids.length, role.memberCount ?? 0)
  return { ...rest, Resources: toRows(found, await listMembersSince(db, account, role.id, ids)) }
}

const named = (context: AdminContext, { id }: StoredResource, { q = '', limit, cursor }: Query) =>
  searchObjects(context, User, parseSearch(User, { q, role: id, ...(limit && { limit }), ...(cursor && { cursor }) }))

/** Who is deleted and not yet taken out is no user any more, so the page is shorter. */
async function pageOfMembers({ db, account }: AdminContext, role: StoredResource, query: Query) {
  const { limit, cursor: after } = parseInput(pageInput, query)
  const { members, reached } = await listMembersBehind(db, account, role, { after, limit })
  const ids = members.map(({ userId }) => userId)
  const users = await getResourcesLately(db, account, User, ids)
  return {
    found: users.sort(byId),
    totalResults: role.memberCount ?? 0,
    ...(reached !== undefined && { next: reached }),
  }
}

const toRows = (found: readonly StoredResource[], sinceOf: ReadonlyMap<string, string>): MembershipRow[] =>
  found.map((one) => {
    const since = sinceOf.get(one.id)
    return { id: one.id, name: nameOf(one), ...(since !== undefined && { since }) }
  })

const byId = (a: StoredResource, b: StoredResource): number => (a.id < b.id ? -1 : 1)
