import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import { batchGet } from '../../shared/store/batch.ts'
import { claimsOf, lookupKeys } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { headKey, queueAction } from '../../shared/store/groups/heads.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import type { Violation } from '../../shared/store/invariants/violation.ts'
import {
  INTENT_PREFIX,
  type Key,
  membersKey,
  nameCollectionKey,
  ownedKey,
  resourceKey,
} from '../../shared/store/keys.ts'
import { newId } from '../../shared/store/new-id.ts'
import { ofPartition, queryAll } from '../../shared/store/query-all.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import { getResource } from '../../shared/store/resources.ts'
import { TABLE } from '../../shared/store/table.ts'
import { type Action, type Actions, ConditionsFailed, transact } from '../../shared/store/transaction.ts'
import { countMembers, mendMembers } from './members.ts'
import { recount } from './recount.ts'
import { mendRoleName } from './role-names.ts'

const { User, Group } = RESOURCE_TYPES
const typeOfViolation = ({ type }: Violation): ResourceType => (type === Group.auditWord ? Group : User)

/** What is mended can bring to light what it hid. */
const ROUNDS = 3

/** What stands in the transaction that mends something: the event that tells of it, where one does. */
export type Told = (violation: Violation) => Actions

/**
 * Mends what follows from something else and can be made of it again: names, lookups, places in the index, counters,
 * memberships and what the worker finds its work by. Each holds only while what it follows from is as it was read, so that others may
 * write meanwhile. @returns what is broken still.
 */
export async function mendAccount(db: Db, account: string, told: Told = () => ({})): Promise<Violation[]> {
  for (let round = 0; round < ROUNDS; round++) {
    const violations = await checkAll(db, account)
    if (violations.length === 0) return []
    const counters = violations.filter(({ invariant }) => invariant === 'counter')
    // Counters of one type are all moved with the first of them.
    const first = counters.filter(({ type }, i) => counters.findIndex((one) => one.type === type) === i)
    const others = violations.filter(({ invariant }) => invariant !== 'counter')
    for (const violation of [...others, ...first]) await mend(db, account, violation, told)
  }
  return checkAll(db, account)
}

async function mend(db: Db, account: string, violation: Violation, told: Told): Promise<void> {
  const { invariant, id } = violation
  const type = typeOfViolation(violation)
  let event = told(violation)
  const commit = (actions: Actions) => {
    const all = { ...actions, ...event }
    // It is told once, however many writes it takes.
    event = {}
    return unlessMoved(db, all)
  }
  if (invariant === 'counter') return recount(db, account, type, commit)
  if (violation.type === 'PROVISIONER') return mendRoleName(db, account, id, commit)
  if (invariant === 'membership') return mendMembers(db, account, id, commit)
  const resource = await getResource(db, account, type, id)
  if (invariant === 'name' && !(await holdsItsNames(db, account, violation, resource)))
    return dropClaims(db, account, violation, { type, resource }, commit)
  if (!resource || invariant === 'event') return
  if (invariant === 'member-count') return countMembers(db, account, resource, commit)
  if (invariant === 'queue')
    return type === Group ? ringWorker(db, account, resource, commit) : dropTombstone(account, resource, commit)
  const besides = await besideActions(db, account, resource)
  if (invariant === 'owner' || Object.keys(besides).length > 0)
    await commit({ object: indexAction(account, resource), ...besides })
}

/** Carries out what mends, unless something has changed since it was read: the next look sees what is so then. */
async function unlessMoved(db: Db, actions: Actions): Promise<void> {
  if (Object.keys(actions).length === 0) return
  try {
    await transact(db, actions, newId(new Date(db.clock())))
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
  }
}

const isAt = ({ version, owner }: StoredResource) => ({
  ConditionExpression: '#version = :version AND #owner = :owner',
  ExpressionAttributeNames: { '#version': 'version', '#owner': 'owner' },
  ExpressionAttributeValues: { ':version': version, ':owner': owner },
})

/** The place of an object in the index of what its owner has. */
function indexAction(account: string, resource: StoredResource): Action {
  const { type, id, owner } = resource
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = isAt(resource)
  return {
    Update: {
      ...{ Key: resourceKey(account, type, id), ConditionExpression },
      UpdateExpression: 'SET #indexed = :indexed, #id = :id',
      ExpressionAttributeNames: {
        ...{ ...ExpressionAttributeNames, '#indexed': TABLE.index.partitionKey, '#id': TABLE.index.sortKey },
      },
      ExpressionAttributeValues: {
        ...{ ...ExpressionAttributeValues, ':indexed': ownedKey(account, owner, type), ':id': id },
      },
    },
  }
}

/** What is missing beside an object: its names, unless another one has them that is there, and what it is looked up by. */
export async function besideActions(db: Db, account: string, resource: StoredResource): Promise<Actions> {
  const { id, owner, eventId, type } = resource
  const [claims, lookups] = [claimsOf(account, resource), lookupKeys(account, resource)]
  const held = await batchGet(db, [...claims.values(), ...lookups.values()])
  const at = ({ pk, sk }: Key) => held.find((item) => item.pk === pk && item.sk === sk)
  const names: [string, Action][] = []
  for (const [name, key] of claims) {
    const holder = at(key)
    const isRight = holder?.id === id && holder.owner === owner
    if (isRight || (holder && holder.id !== id && !(await isLeft(db, account, type, holder)))) continue
    names.push([name, { Put: { Item: { ...key, id, owner, eventId }, ...heldBy(holder) } }])
  }
  const missing = [...lookups].filter(([, key]) => !at(key))
  return Object.fromEntries([...names, ...missing.map(([name, Item]) => [name, { Put: { Item } }] as const)])
}

type Item = Record<string, unknown>

const heldBy = (holder: Item | undefined) =>
  holder === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'id = :holder', ExpressionAttributeValues: { ':holder': String(holder.id) } }

/** Whether a name is kept for an object that is gone, or has another; a provisioner role's is not. */
export async function isLeft(
  db: Db,
  account: string,
  type: ResourceType,
  { pk, sk, id, role }: Item,
): Promise<boolean> {
  if (role !== undefined || typeof id !== 'string') return false
  const holder = await getResource(db, account, type, id)
  return !holder || ![...claimsOf(account, holder).values()].some((key) => key.pk === pk && key.sk === sk)
}

const NAME_COLLECTIONS = [User, Group].flatMap((of) => [
  of,
  ...of.furtherNames.map(({ attribute }) => ({ collection: `${of.collection}.${attribute}` })),
])

/** Names that are kept for an object, of that text, without being its own. */
async function leftClaims(
  db: Db,
  account: string,
  { id, name }: Violation,
  resource: StoredResource | undefined,
): Promise<Key[]> {
  if (name === undefined) return []
  const wanted = new Set(resource ? [...claimsOf(account, resource).values()].map(({ pk, sk }) => `${pk} ${sk}`) : [])
  const keys = NAME_COLLECTIONS.map((of) => ({ pk: nameCollectionKey(account, of), sk: name }))
  const held = (await batchGet(db, keys)).filter((claim) => claim.id === id)
  return held
    .map(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }))
    .filter(({ pk, sk }) => !wanted.has(`${pk} ${sk}`))
}

/** Whether the names of an object are what is wrong, and not a name that is kept for it besides. */
const holdsItsNames = async (db: Db, account: string, violation: Violation, resource: StoredResource | undefined) =>
  resource !== undefined && (await leftClaims(db, account, violation, resource)).length === 0

/** Gives names free that are kept for an object which is gone, or has another. */
async function dropClaims(
  db: Db,
  account: string,
  violation: Violation,
  { type, resource }: { type: ResourceType; resource: StoredResource | undefined },
  commit: (actions: Actions) => Promise<void>,
): Promise<void> {
  const { id } = violation
  const left = await leftClaims(db, account, violation, resource)
  if (left.length === 0) return
  const Key = resourceKey(account, type, id)
  const object: Action = {
    ConditionCheck: { Key, ...(resource ? isAt(resource) : { ConditionExpression: 'attribute_not_exists(pk)' }) },
  }
  const drop = (Key: Key): Action => ({
    Delete: { Key, ConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': id } },
  })
  await commit({ object, ...Object.fromEntries(left.map((key, n) => [`left:${n}`, drop(key)])) })
}

/** A user who is there is not hidden, and its memberships are not taken away. */
function dropTombstone(
  account: string,
  user: StoredResource,
  commit: (actions: Actions) => Promise<void>,
): Promise<void> {
  const object: Action = { ConditionCheck: { Key: resourceKey(account, User, user.id), ...isAt(user) } }
  return commit({ object, tombstone: { Delete: { Key: headKey({ account, kind: 'USER', id: user.id }) } } })
}

/** Changes of members that wait get the head by which the worker finds them, and the role says that some wait. */
async function ringWorker(
  db: Db,
  account: string,
  role: StoredResource,
  commit: (actions: Actions) => Promise<void>,
): Promise<void> {
  const { id, version } = role
  const intents = (await queryAll(db, ofPartition(membersKey(account, id), INTENT_PREFIX))).length
  const head = queueAction(account, id, { version, intents, at: db.clock() }, 'unused')
  const { ExpressionAttributeValues, ...at } = isAt(role)
  const object: Action = {
    Update: {
      ...{ Key: resourceKey(account, Group, id), UpdateExpression: 'SET applying = :applying', ...at },
      ExpressionAttributeValues: { ...ExpressionAttributeValues, ':applying': role.applying ?? version },
    },
  }
  await commit({ object, head })
}
