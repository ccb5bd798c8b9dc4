import { listHeads } from '../store/groups/heads.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import { listMembers, listMembersAmong } from '../store/groups/members.ts'
import { listGroupIds } from '../store/groups/memberships.ts'
import { openTombstones } from '../store/groups/tombstones.ts'
import { listOwnedIds } from '../store/owned.ts'
import { getResourcesLately } from '../store/resources.ts'
import { seesAll } from './access.ts'
import type { ScimContext } from './context.ts'
import { presentMember } from './present.ts'
import type { DerivedReader } from './special.ts'
import { loadWholeGroups } from './whole-groups.ts'

/** The members of groups, each group's when they are asked for. */
export const groupMembers: DerivedReader = {
  load: (context) => async (groupId) => {
    const members = await currentMembers(context, groupId)
    return [...members.values()].map((member) => presentMember(context, member))
  },
  async loadWhole(context, found) {
    const loaded = await loadWholeGroups(context, found)
    const present = (page: StoredMember[]) => page.map((member) => presentMember(context, member))
    return new Map(
      [...loaded].map(([id, { stored, members }]) => {
        const values = Array.isArray(members) ? present(members) : mapPages(members, present)
        return [id, { stored, values }]
      }),
    )
  },
  async loadAmong({ db, principal, types }, group, userIds) {
    const [members, tombstonesAmong] = await Promise.all([
      listMembersAmong(db, principal.account, group, userIds),
      openTombstones(db, principal.account),
    ])
    const gone = await tombstonesAmong(members.keys())
    const kept = [...members.keys()].filter((value) => !gone.has(value))
    return kept.map((value) => ({ value, type: types.User.name }))
  },
  async findIds({ db, principal: { account } }, userId) {
    const [groupIds, tombstonesAmong] = await Promise.all([
      listGroupIds(db, account, userId),
      openTombstones(db, account),
    ])
    const isGone = groupIds.length > 0 && (await tombstonesAmong([userId])).has(userId)
    return isGone ? [] : groupIds
  },
  async amongVisible(context, groupIds) {
    const isVisible = await visibleAmong(context, groupIds)
    return groupIds.filter(isVisible)
  },
}

async function* mapPages<T, R>(pages: AsyncIterable<T>, map: (page: T) => R): AsyncGenerator<R> {
  for await (const page of pages) yield map(page)
}

/** Rows of the owner's index that cost as much as one group read by its id. */
const ROWS_PER_GROUP = 27

/** Which groups are there and the caller's to see: not deleted, or of its own, by the owner's index or one by one. */
async function visibleAmong(context: ScimContext, groupIds: readonly string[]): Promise<(id: string) => boolean> {
  const { db, principal, types } = context
  const { account, role } = principal
  const { Group } = types
  if (seesAll(principal, Group)) {
    const heads = await listHeads(db, account, 'GROUP')
    const gone = new Set(heads.flatMap((head) => (head.kind === 'GROUP' && head.deleted ? [head.id] : [])))
    return (id) => !gone.has(id)
  }
  const most = groupIds.length * ROWS_PER_GROUP
  const owned = await listOwnedIds(db, account, Group, role, { limit: most + 1 })
  const groups = owned.length > most ? await getResourcesLately(db, account, Group, groupIds) : []
  const own = new Set([...owned, ...groups.flatMap(({ id, owner }) => (owner === role ? [id] : []))])
  return (id) => own.has(id)
}

/** The members of a group without users who are deleted. One parallel round trip, one more where many are. */
async function currentMembers({ db, principal }: ScimContext, groupId: string): Promise<Map<string, StoredMember>> {
  const [members, tombstonesAmong] = await Promise.all([
    listMembers(db, principal.account, groupId),
    openTombstones(db, principal.account),
  ])
  const gone = await tombstonesAmong(members.keys())
  for (const userId of gone.keys()) members.delete(userId)
  return members
}
