import type { Value } from '../scim/schema.ts'
import { nameOf } from '../store/claims.ts'
import { listMemberships, toRuns } from '../store/groups/memberships.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResourcesLately } from '../store/resources.ts'
import { sees } from './access.ts'
import type { ScimContext } from './context.ts'
import { locationOf } from './present.ts'
import type { DerivedReader, ReadPage } from './special.ts'

/** The groups of users that the caller may see; the mirror of their members (RFC 7643 §4.1.2). Two round trips. */
export const userGroups: DerivedReader = {
  load(context, page) {
    const loading = loadGroups(context, page)
    // Awaited by whoever shows a user; nobody may be left to.
    loading.catch(() => {})
    return async (userId) => (await loading).get(userId) ?? []
  },
}

/** The users of a page that the caller sees: all, unless they are still being read. */
async function seenAmong({ principal, types }: ScimContext, { ids, reading }: ReadPage): Promise<readonly string[]> {
  const found = await reading?.()
  return found?.flatMap((user) => (user && sees(principal, types.User, user.owner) ? [user.id] : [])) ?? ids
}

/**
 * Memberships by runs of neighbours where the page is one, else by user; then each group once. Names may lag a moment
 * behind as memberships do, so groups are read at half the price (docs/decisions/0021-memberships-by-prefix.md).
 */
async function loadGroups(context: ScimContext, page: ReadPage): Promise<Map<string, Value[]>> {
  const { ids, isRun } = page
  const { db, principal, types } = context
  const { account } = principal
  const runs = isRun ? toRuns(account, ids) : ids.map((id) => [id])
  const memberships = await listMemberships(db, account, runs)
  const seen = await seenAmong(context, page)
  const groupIds = seen.flatMap((id) => memberships.get(id) ?? [])
  const groups = await getResourcesLately(db, account, types.Group, groupIds)
  const shown = new Map(
    groups
      .filter(({ owner }) => sees(principal, types.Group, owner))
      .map((group) => [group.id, presentGroup(context, group)]),
  )
  const toValues = (of: readonly string[] = []) => of.flatMap((id) => shown.get(id) ?? [])
  return new Map(ids.map((id) => [id, toValues(memberships.get(id))]))
}

const presentGroup = (context: ScimContext, group: StoredResource): Value => ({
  value: group.id,
  $ref: locationOf(context, context.types.Group, group.id),
  display: nameOf(group),
  type: 'direct',
})
