import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchGet, mapConcurrently } from '../../shared/store/batch.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import type { Db } from '../../shared/store/client.ts'
import { getHead } from '../../shared/store/groups/heads.ts'
import { toMemberItem } from '../../shared/store/groups/member-item.ts'
import { MEMBER_PREFIX, membersKey, resourceKey } from '../../shared/store/keys.ts'
import { ofPartition, queryAll, queryPages } from '../../shared/store/query-all.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import { getResource } from '../../shared/store/resources.ts'
import { TABLE } from '../../shared/store/table.ts'
import type { Actions } from '../../shared/store/transaction.ts'
import { updateIf } from '../../shared/store/update-if.ts'

const { User, Group } = RESOURCE_TYPES
const PARALLEL = 16

type Item = Record<string, unknown>
type Commit = (actions: Actions) => Promise<void>

/** Memberships of who is no user, or in what is no role, go; the others are found by their user again. */
export async function mendMembers(db: Db, account: string, groupId: string, commit: Commit): Promise<void> {
  const role = await getResource(db, account, Group, groupId)
  // What is told is told before many items are written, of which each can be the last.
  await commit({})
  for await (const items of queryPages(db, ofPartition(membersKey(account, groupId), MEMBER_PREFIX), {
    pageLimit: 100,
  })) {
    const users = await usersAmong(db, account, items)
    const isStaying = (item: Item) => role !== undefined && users.has(userOf(item))
    const leaving: Item[] = []
    for (const item of items.filter((one) => !isStaying(one)))
      if (!(await getHead(db, { account, kind: 'USER', id: userOf(item) })) || !role) leaving.push(item)
    await batchWrite(
      db,
      leaving.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
    )
    const lost = items.filter((item) => isStaying(item) && !isFound(account, groupId, item))
    await mapConcurrently(lost, PARALLEL, (item) => findAgain(db, account, groupId, item))
  }
  if (role) await countMembers(db, account, role, commit)
}

const userOf = ({ sk }: Item): string => String(sk).slice(MEMBER_PREFIX.length)

async function usersAmong(db: Db, account: string, items: Item[]): Promise<ReadonlySet<string>> {
  const keys = items.map((item) => resourceKey(account, User, userOf(item)))
  return new Set((await batchGet(db, keys, ['sk'])).map(({ sk }) => String(sk)))
}

const { partitionKey, sortKey } = TABLE.index

function isFound(account: string, groupId: string, item: Item): boolean {
  const wanted: Item = toMemberItem(account, groupId, { userId: userOf(item) })
  return item[partitionKey] === wanted[partitionKey] && item[sortKey] === wanted[sortKey]
}

/** The place of a membership in the index of its user, unless it has gone meanwhile. */
async function findAgain(db: Db, account: string, groupId: string, item: Item): Promise<void> {
  const wanted: Item = toMemberItem(account, groupId, { userId: userOf(item) })
  await updateIf(db, {
    Key: { pk: item.pk, sk: item.sk },
    UpdateExpression: 'SET #of = :of, #as = :as',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#of': partitionKey, '#as': sortKey },
    ExpressionAttributeValues: { ':of': wanted[partitionKey], ':as': wanted[sortKey] },
  })
}

/** Has a role count the members it has, unless it changes meanwhile. */
export async function countMembers(db: Db, account: string, role: StoredResource, commit: Commit): Promise<void> {
  const { id, version, memberCount = 0 } = role
  const members = await queryAll(db, ofPartition(membersKey(account, id), MEMBER_PREFIX))
  if (role.applying !== undefined || members.length === memberCount) return
  const count = {
    Update: {
      Key: resourceKey(account, Group, id),
      UpdateExpression: 'SET memberCount = :count',
      ConditionExpression: '#version = :version AND attribute_not_exists(applying)',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':count': members.length, ':version': version },
    },
  }
  await commit({ count })
}
