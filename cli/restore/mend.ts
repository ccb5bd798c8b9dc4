import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import { batchGet } from '../../shared/store/batch.ts'
import { batchWrite, type WriteRequest } from '../../shared/store/batch-write.ts'
import { claimsOf, lookupKeys } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { listCountItems } from '../../shared/store/counters.ts'
import { queueAction } from '../../shared/store/groups/heads.ts'
import { toMemberItem } from '../../shared/store/groups/member-item.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import type { Violation } from '../../shared/store/invariants/violation.ts'
import {
  collectionKey,
  countKey,
  INTENT_PREFIX,
  MEMBER_PREFIX,
  membersKey,
  nameCollectionKey,
  resourceKey,
} from '../../shared/store/keys.ts'
import { ofPartition, queryAll, queryPages } from '../../shared/store/query-all.ts'
import { type StoredResource, toResource, toResourceItem } from '../../shared/store/resource-item.ts'
import { getResource } from '../../shared/store/resources.ts'
import { transact } from '../../shared/store/transaction.ts'
import { accountOf, type Item, kindOf } from './kinds.ts'
import { keyOf, scanPages } from './tables.ts'

const { User, Group } = RESOURCE_TYPES
const typeOf = ({ type }: Violation): ResourceType => (type === Group.auditWord ? Group : User)
const put = (Item: Item): WriteRequest => ({ PutRequest: { Item } })
const removal = (item: Item): WriteRequest => ({ DeleteRequest: { Key: { ...keyOf(item) } } })

/** What is mended can bring to light what it hid. */
const ROUNDS = 3

/**
 * Mends what follows from something else and can be made of it again: a restore point can hold a half of a transaction.
 * @returns what is broken still.
 */
export async function mendAccount(db: Db, account: string): Promise<Violation[]> {
  for (let round = 0; round < ROUNDS; round++) {
    const violations = await checkAll(db, account)
    if (violations.length === 0) return []
    for (const violation of violations) await mend(db, account, violation)
  }
  return checkAll(db, account)
}

async function mend(db: Db, account: string, violation: Violation): Promise<void> {
  const { invariant, id } = violation
  const type = typeOf(violation)
  if (invariant === 'counter') return recount(db, account, type)
  if (invariant === 'membership') return mendMembers(db, account, id)
  const resource = await getResource(db, account, type, id)
  if (invariant === 'name') await dropClaims(db, account, violation, resource)
  if (!resource) return
  if (invariant === 'member-count') return countMembers(db, account, id)
  if (invariant === 'queue') return ringWorker(db, resource, account)
  await batchWrite(db, await besidesOf(db, account, resource))
}

/** An object with its place in the index, and what is missing beside it. */
async function besidesOf(db: Db, account: string, resource: StoredResource): Promise<WriteRequest[]> {
  const { id, owner, eventId } = resource
  const claims = [...claimsOf(account, resource).values()]
  const taken = await batchGet(db, claims)
  const own = claims.filter(({ sk }) => taken.every((claim) => claim.sk !== sk || claim.id === id))
  return [
    put(toResourceItem(account, resource)),
    ...own.map((key) => put({ ...key, id, owner, eventId })),
    ...[...lookupKeys(account, resource).values()].map((key) => put({ ...key })),
  ]
}

/** Gives names free that are kept for an object which is gone, or has another. */
async function dropClaims(
  db: Db,
  account: string,
  { id, name, type }: Violation,
  resource: StoredResource | undefined,
) {
  if (name === undefined) return
  const wanted = new Set(resource ? [...claimsOf(account, resource).values()].map(({ pk, sk }) => `${pk} ${sk}`) : [])
  const collections = [User, Group].flatMap((of) => [
    of,
    ...of.furtherNames.map(({ attribute }) => ({ collection: `${of.collection}.${attribute}` })),
  ])
  const keys = collections.map((of) => ({ pk: nameCollectionKey(account, of), sk: name }))
  const folded = type === 'PROVISIONER' ? [] : await batchGet(db, keys)
  const wrong = folded.filter((claim) => claim.id === id && !wanted.has(`${claim.pk} ${claim.sk}`))
  await batchWrite(db, wrong.map(removal))
}

/** One shard holds all there is; the others begin anew. */
async function recount(db: Db, account: string, type: ResourceType): Promise<void> {
  const counts: Record<string, number> = { all: 0 }
  for await (const items of queryPages(db, ofPartition(collectionKey(account, type)), {})) {
    for (const { owner } of items) {
      counts.all = (counts.all ?? 0) + 1
      counts[`own#${owner}`] = (counts[`own#${owner}`] ?? 0) + 1
    }
  }
  const first = { pk: countKey(account, type), sk: '000' }
  const others = (await listCountItems(db, account, type)).filter(({ sk }) => sk !== first.sk)
  await batchWrite(db, [put({ ...first, ...counts }), ...others.map(removal)])
}

/** Memberships of who is no user, or in what is no role, go; the others are found by their user again. */
async function mendMembers(db: Db, account: string, groupId: string): Promise<void> {
  const isThere = (await getResource(db, account, Group, groupId)) !== undefined
  for await (const items of queryPages(db, ofPartition(membersKey(account, groupId), MEMBER_PREFIX), {
    pageLimit: 100,
  })) {
    const userOf = ({ sk }: Item) => String(sk).slice(MEMBER_PREFIX.length)
    const found = await batchGet(
      db,
      items.map((item) => resourceKey(account, User, userOf(item))),
    )
    const users = new Set(found.map(({ sk }) => sk))
    const requests = items.map((item) => {
      const userId = userOf(item)
      return isThere && users.has(userId)
        ? put({ ...item, ...toMemberItem(account, groupId, { userId }) })
        : removal(item)
    })
    await batchWrite(db, requests)
  }
  if (isThere) await countMembers(db, account, groupId)
}

async function countMembers(db: Db, account: string, groupId: string): Promise<void> {
  const members = await queryAll(db, ofPartition(membersKey(account, groupId), MEMBER_PREFIX))
  await db.client.send(
    new UpdateCommand({
      ...{ TableName: db.tableName, Key: { ...resourceKey(account, Group, groupId) } },
      UpdateExpression: 'SET memberCount = :count',
      ExpressionAttributeValues: { ':count': members.length },
    }),
  )
}

/** Changes of members that wait get the head by which the worker finds them. */
async function ringWorker(db: Db, { id, version }: StoredResource, account: string): Promise<void> {
  const intents = (await queryAll(db, ofPartition(membersKey(account, id), INTENT_PREFIX))).length
  const head = queueAction(account, id, { version, intents, at: db.clock() }, 'unused')
  await transact(db, { head }, `restore#${id}#${version}`)
}

/** Takes away lookups of objects that are gone or have another value by now: nothing else finds them. @returns how many. */
export async function dropLeftLookups(db: Db): Promise<number> {
  let left = 0
  for await (const items of scanPages(db)) {
    const wrong: Item[] = []
    for (const item of items.filter((one) => kindOf(one) === 'lookups'))
      if (!(await isWanted(db, item))) wrong.push(item)
    await batchWrite(db, wrong.map(removal))
    left += wrong.length
  }
  return left
}

async function isWanted(db: Db, { pk, sk }: Item): Promise<boolean> {
  const [, account = '', , collection] = String(pk).split('#')
  const type = collection === Group.collection ? Group : User
  const [item] = await batchGet(db, [resourceKey(account, type, String(sk))])
  const keys = item ? [...lookupKeys(accountOf(item), toResource(type, item)).values()] : []
  return keys.some((key) => key.pk === pk)
}
