import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import { batchGet } from '../batch.ts'
import type { Db } from '../client.ts'
import { getGroup } from '../groups/group-item.ts'
import { getHead } from '../groups/heads.ts'
import { toMemberItem } from '../groups/member-item.ts'
import { collectionKey, INTENT_PREFIX, MEMBER_PREFIX, memberKey, membersKey, resourceKey } from '../keys.ts'
import { ofPartition, queryAll, queryBehind } from '../query-all.ts'
import { type StoredResource, toResources } from '../resource-item.ts'
import { TABLE } from '../table.ts'
import type { Looked, Violation } from './violation.ts'
import { called, violationOf } from './violation-of.ts'

type Item = Record<string, unknown>

const { User, Group } = RESOURCE_TYPES

/** Where a look goes on: at a role, or within its members, with how many were counted and of which version. */
interface Place {
  group: string
  member: string
  counted: number
  version: number
}

const toPlace = (text = ''): Place => {
  const [group = '', member = '', counted = '0', version = '0'] = text.split(' ')
  return { group, member, counted: Number(counted), version: Number(version) }
}
const toText = ({ group, member, counted, version }: Place): string => [group, member, counted, version].join(' ')

/**
 * Access pattern V3: memberships, role by role: each of a user who is there, found by the user too; as many as the role
 * counts, where nothing is queued and it stayed as it was; and what is queued with a head that the worker finds. 1 read unit
 * for some 20 memberships, 1 for each user and 4 for each role; what looks wrong is read again.
 */
export async function checkMemberships(
  db: Db,
  account: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Looked> {
  const violations: Violation[] = []
  let [place, checked] = [toPlace(after), 0]
  while (checked < limit) {
    if (place.member === '') {
      const next = await nextGroup(db, account, place.group)
      if (!next) return { violations, checked, reached: undefined }
      place = { group: next.id, member: '', counted: 0, version: next.version }
      violations.push(...(await checkQueue(db, account, next)))
    }
    const page = await checkPage(db, account, place, limit - checked)
    violations.push(...page.violations)
    place = page.place
    checked += page.checked + 1
  }
  return { violations, checked, reached: toText(place) }
}

/** One that cannot be read is passed over: it is told of among the objects. */
async function nextGroup(db: Db, account: string, after: string): Promise<StoredResource | undefined> {
  const range = { limit: 1, ...(after !== '' && { after }) }
  const { items } = await queryBehind(db, collectionKey(account, Group), range)
  const [group] = toResources(Group, items)
  return group || items.length === 0 ? group : nextGroup(db, account, String(items[0]?.sk))
}

/** Some members of a role; behind the last they are counted. */
async function checkPage(db: Db, account: string, place: Place, limit: number) {
  const { group, member } = place
  const behind = member === '' ? {} : { after: memberKey(account, group, member).sk }
  const { items, reached } = await queryBehind(db, membersKey(account, group), {
    ...{ prefix: MEMBER_PREFIX, limit },
    ...behind,
  })
  const violations = await checkMembers(db, account, group, items)
  const counted = place.counted + items.length
  if (reached !== undefined) {
    const at = { ...place, member: reached.slice(MEMBER_PREFIX.length), counted }
    return { violations, checked: items.length, place: at }
  }
  const wrongCount = await checkCount(db, account, { ...place, counted })
  const end = { ...place, member: '', counted: 0 }
  return { violations: [...violations, ...wrongCount], checked: items.length, place: end }
}

const userIdOf = ({ sk }: Item): string => String(sk).slice(MEMBER_PREFIX.length)

async function checkMembers(db: Db, account: string, groupId: string, items: Item[]): Promise<Violation[]> {
  const { partitionKey, sortKey } = TABLE.index
  const isMirrored = (item: Item) => {
    const wanted: Item = toMemberItem(account, groupId, { userId: userIdOf(item) })
    return item[partitionKey] === wanted[partitionKey] && item[sortKey] === wanted[sortKey]
  }
  const unseen = items.filter((item) => !isMirrored(item)).map(userIdOf)
  const missing = await stillMissing(db, account, groupId, items.map(userIdOf))
  return [
    ...unseen.map((id) =>
      toViolation(groupId, `Role ${groupId} has user ${id} as a member, and the user's roles do not tell it`),
    ),
    ...missing.map((id) => toViolation(groupId, `Role ${groupId} has ${id} as a member, who is no user`)),
  ]
}

const toViolation = (id: string, message: string): Violation => ({
  ...{ invariant: 'membership', type: Group.auditWord },
  ...{ id, message },
})

/** Who is no user, has no mark of one who was deleted, and is a member after both were looked for. */
async function stillMissing(db: Db, account: string, groupId: string, userIds: string[]): Promise<string[]> {
  const missing = await without(db, userIds, (id) => resourceKey(account, User, id))
  const unmarked: string[] = []
  for (const id of missing) if (!(await getHead(db, { account, kind: 'USER', id }))) unmarked.push(id)
  const gone = new Set(await without(db, unmarked, (id) => memberKey(account, groupId, id)))
  return unmarked.filter((id) => !gone.has(id))
}

/** Those of some ids whose items are not there. */
async function without(db: Db, ids: string[], keyOf: (id: string) => { pk: string; sk: string }): Promise<string[]> {
  const keys = ids.map(keyOf)
  const found = new Set((await batchGet(db, keys, ['sk'])).map(({ sk }) => String(sk)))
  return ids.filter((_, i) => !found.has(keys[i]?.sk ?? ''))
}

/** A role that changed while its members were counted says nothing; nor one whose changes are queued. */
async function checkCount(db: Db, account: string, { group, counted, version }: Place): Promise<Violation[]> {
  const role = await getGroup(db, account, group)
  const isSettled = role?.version === version && role.applying === undefined
  const count = role?.memberCount ?? 0
  if (!role || !isSettled || count === counted) return []
  return [violationOf('member-count', role, `${called(role)} counts ${count} members, and there are ${counted}`)]
}

/** What is queued must have a head, by which the worker finds it. */
async function checkQueue(db: Db, account: string, role: StoredResource): Promise<Violation[]> {
  const isOpen = async () =>
    (await queryAll(db, ofPartition(membersKey(account, role.id), INTENT_PREFIX), 1)).length > 0
  if (role.applying === undefined && !(await isOpen())) return []
  if (await getHead(db, { account, kind: 'GROUP', id: role.id })) return []
  const now = await getGroup(db, account, role.id)
  if (!now || (now.applying === undefined && !(await isOpen()))) return []
  if (await getHead(db, { account, kind: 'GROUP', id: role.id })) return []
  return [
    violationOf('queue', now, `${called(now)} has changes of members that wait, and nothing tells the worker of them`),
  ]
}
