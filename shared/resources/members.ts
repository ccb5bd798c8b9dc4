import type { Value } from '../scim/schema.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import { listMembers, listMembersAmong } from '../store/groups/members.ts'
import { listGroupIds } from '../store/groups/memberships.ts'
import { listPending, listPendingLately, pendingIds } from '../store/groups/pending.ts'
import { finishDue } from '../store/groups/sweep.ts'
import { listOwnedIds } from '../store/owned.ts'
import { getResourcesLately } from '../store/resources.ts'
import { seesAll } from './access.ts'
import type { ScimContext } from './context.ts'
import { locationOf } from './present.ts'
import type { DerivedReader } from './special.ts'

/** The members of groups, each group's when they are asked for. */
export const groupMembers: DerivedReader = {
  load: (context) => async (groupId) => {
    const members = await currentMembers(context, groupId)
    return [...members.values()].map((member) => presentMember(context, member))
  },
  async loadAmong(context, groupId, userIds) {
    const { db, principal, types } = context
    const [members, gone] = await Promise.all([
      listMembersAmong(db, principal.account, groupId, userIds),
      usersBeingSwept(context),
    ])
    const kept = [...members.keys()].filter((value) => !gone.has(value))
    return kept.map((value) => ({ value, type: types.User.name }))
  },
  async findIds(context, userId) {
    const { db, principal } = context
    const [groupIds, gone] = await Promise.all([listGroupIds(db, principal.account, userId), usersBeingSwept(context)])
    return gone.has(userId) ? [] : groupIds
  },
  async amongVisible(context, groupIds) {
    const isVisible = await visibleAmong(context, groupIds)
    return groupIds.filter(isVisible)
  },
}

/** Rows of the owner's index that cost as much as one group read by its id. */
const ROWS_PER_GROUP = 27

/** Which groups are there and the caller's to see: not being swept, or of its own, by the owner's index or one by one. */
async function visibleAmong(context: ScimContext, groupIds: readonly string[]): Promise<(id: string) => boolean> {
  const { db, principal, types } = context
  const { account, role } = principal
  const { Group } = types
  if (seesAll(principal, Group)) {
    const gone = pendingIds(await listPendingLately(db, account), 'GROUP')
    return (id) => !gone.has(id)
  }
  const most = groupIds.length * ROWS_PER_GROUP
  const owned = await listOwnedIds(db, account, Group, role, { limit: most + 1 })
  const groups = owned.length > most ? await getResourcesLately(db, account, Group, groupIds) : []
  const own = new Set([...owned, ...groups.flatMap(({ id, owner }) => (owner === role ? [id] : []))])
  return (id) => own.has(id)
}

const usersBeingSwept = async ({ db, principal }: ScimContext) =>
  pendingIds(await listPendingLately(db, principal.account), 'USER')

/** The members of a group without users that are being swept. One parallel round trip. */
export async function currentMembers(context: ScimContext, groupId: string): Promise<Map<string, StoredMember>> {
  const { db, principal, now } = context
  const [members, pending] = await Promise.all([
    listMembers(db, principal.account, groupId),
    listPending(db, principal.account),
  ])
  await finishDue(db, principal.account, pending, now, context.report)
  for (const userId of pendingIds(pending, 'USER')) members.delete(userId)
  return members
}

function presentMember(context: ScimContext, { userId, display }: StoredMember): Value {
  const { User } = context.types
  const $ref = locationOf(context, User, userId)
  return { value: userId, $ref, ...(display !== undefined && { display }), type: User.name }
}
