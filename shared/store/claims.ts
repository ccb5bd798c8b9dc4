import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { type AttributePath, isComplex, listValues, resolveAttributePath } from '../scim/attribute-path.ts'
import { foldName, toComparisonForm } from '../scim/fold.ts'
import { RESOURCE_TYPES } from '../scim/resource-types.ts'
import type { ResourceType } from '../scim/schema.ts'
import type { Db } from './client.ts'
import { type Key, lookupCollectionKey, lookupKey, nameKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import type { StoredResource } from './resource-item.ts'
import { type Action, type Actions, type RawItem, SHOW_MET } from './transaction.ts'

/** What a name or a lookup is taken from. */
type Named = Pick<StoredResource, 'type' | 'attributes'>

/** A name of a resource as clients wrote it; the unique one, or that of another attribute; nothing where it has none. */
export function nameOf({ type, attributes }: Named, attribute = type.uniqueName): string {
  const further = type.furtherNames.find((name) => name.attribute === attribute)
  const container = further ? attributes[further.urn] : attributes
  return isComplex(container) ? String(container[attribute] ?? '') : ''
}

/** Where a folded name of an attribute is claimed. */
function claimKey(account: string, type: ResourceType, attribute: string, folded: string): Key {
  const isFurther = attribute !== type.uniqueName
  return nameKey(account, isFurther ? { collection: `${type.collection}.${attribute}` } : type, folded)
}

/** Of which attribute a name is, if not the unique one, and whose it must be, if not anybody's. */
interface NameAsked {
  attribute?: string | undefined
  owner?: string | undefined
}

/**
 * Access pattern R3: the id that holds a unique name, or that has it in another attribute that is unique; none for what is
 * no name. Strongly consistent; 1 read unit.
 */
export async function getIdByName(
  db: Db,
  account: string,
  type: ResourceType,
  name: string,
  { attribute, owner }: NameAsked = {},
): Promise<string | undefined> {
  const claim = await getClaim(db, account, type, name, attribute)
  return owner === undefined || claim?.owner === owner ? claim?.id : undefined
}

/** The same, where it matters that a provisioner role may have the name, which is nobody's id. */
export async function getClaim(
  db: Db,
  account: string,
  type: ResourceType,
  name: string,
  attribute = type.uniqueName,
): Promise<Partial<Holder> | undefined> {
  const folded = foldName(name)
  if (folded === '') return undefined
  const Key = claimKey(account, type, attribute, folded)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && (typeof Item.id === 'string' ? { id: Item.id, owner: String(Item.owner) } : {})
}

/**
 * The claims a resource must have, under the names of their actions: `name` is that of its unique name, `name:<attribute>`
 * that of one that it has besides.
 */
export function claimsOf(account: string, resource: Named): Map<string, Key> {
  const { type } = resource
  const attributes = [type.uniqueName, ...type.furtherNames.map(({ attribute }) => attribute)]
  const claims = attributes.flatMap((attribute): [string, Key][] => {
    const folded = foldName(nameOf(resource, attribute))
    const action = attribute === type.uniqueName ? 'name' : `name:${attribute}`
    return folded === '' ? [] : [[action, claimKey(account, type, attribute, folded)]]
  })
  return new Map(claims)
}

/** The attribute whose value is taken, of the action that failed to claim it; none for other actions. */
export function attributeOfClaim({ uniqueName }: ResourceType, action: string): string | undefined {
  return action === 'name' ? uniqueName : /^name:(.+)$/.exec(action)?.[1]
}

/** The claims on a resource's names. Each holds only while nobody else holds it (invariant 2); a failure shows who does. */
export const claimNameActions = (account: string, resource: StoredResource): Actions =>
  claimAll(claimsOf(account, resource), resource)

/** A name that nobody has; or that is given up in the same transaction, by whom `givers` tells. */
function claimAll(
  names: ReadonlyMap<string, Key>,
  { id, owner, eventId }: StoredResource,
  givers: ReadonlyMap<string, string> = new Map(),
): Actions {
  const claim = (key: Key): Action => {
    const Item = { ...key, id, owner, eventId }
    const giver = givers.get(textOf(key))
    if (giver === undefined) return { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)', ...SHOW_MET } }
    return { Put: { Item, ...isOf(giver), ...SHOW_MET } }
  }
  return Object.fromEntries([...names].map(([action, key]) => [action, claim(key)]))
}

const isOf = (id: string) => ({ ConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': id } })

/**
 * Keeps the name of a provisioner role from groups (SECURITY T6): a claim that no group holds, without an id. It fails
 * where a group has the name.
 */
export function reserveNameAction(account: string, role: string): Action {
  return {
    Put: {
      Item: { ...nameKey(account, RESOURCE_TYPES.Group, foldName(role)), role },
      ConditionExpression: 'attribute_not_exists(id)',
    },
  }
}

/** Gives the name of a provisioner role free; it fails where a group has the name. */
export const releaseRoleNameAction = (account: string, role: string): Action => ({
  Delete: {
    Key: nameKey(account, RESOURCE_TYPES.Group, foldName(role)),
    ConditionExpression: 'attribute_not_exists(id)',
  },
})

/** Whether a claim that was met is a role's. */
export const isReserved = (claim: RawItem | undefined): boolean => claim?.role !== undefined

/** Who has a name. */
export interface Holder {
  id: string
  owner: string
}

/** Who holds a claim that was met. */
export function toHolder(claim: RawItem | undefined): Holder | undefined {
  const [id, owner] = [claim?.id?.S, claim?.owner?.S]
  return id === undefined || owner === undefined ? undefined : { id, owner }
}

export const releaseNameActions = (account: string, resource: StoredResource): Actions =>
  releaseAll(claimsOf(account, resource), resource)

function releaseAll(names: ReadonlyMap<string, Key>, { id }: StoredResource): Actions {
  const release = (Key: Key): Action => ({ Delete: { Key, ...isOf(id) } })
  return Object.fromEntries([...names].map(([action, key]) => [`old-${action}`, release(key)]))
}

/** The claims of a resource that is handed to another owner. */
export function passNameActions(account: string, resource: StoredResource, owner: string, eventId: string): Actions {
  const pass = (Key: Key): Action => ({
    Update: {
      Key,
      UpdateExpression: 'SET #owner = :owner, eventId = :event',
      ConditionExpression: 'id = :id',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':owner': owner, ':event': eventId, ':id': resource.id },
    },
  })
  return Object.fromEntries([...claimsOf(account, resource)].map(([action, key]) => [action, pass(key)]))
}

/** Claims new names and frees old ones, where they differ once folded. */
export function moveNameActions(account: string, before: StoredResource, after: StoredResource): Actions {
  const { wanted, old } = movedNames(account, before, after)
  return { ...claimAll(wanted, after), ...releaseAll(old, before) }
}

function movedNames(account: string, before: StoredResource, after: StoredResource) {
  const [old, wanted] = [claimsOf(account, before), claimsOf(account, after)]
  const without = (names: Map<string, Key>, others: Map<string, Key>) =>
    new Map([...names].filter(([action, { sk }]) => others.get(action)?.sk !== sk))
  return { wanted: without(wanted, old), old: without(old, wanted) }
}

/** The same for several resources at once: a name that one of them gives up goes to the one that takes it. */
export function exchangeNameActions(
  account: string,
  moves: readonly { before: StoredResource; after: StoredResource }[],
): Actions {
  const all = moves.map(({ before, after }) => ({ before, after, ...movedNames(account, before, after) }))
  const givers = new Map(all.flatMap(({ before, old }) => [...old.values()].map((key) => [textOf(key), before.id])))
  const taken = new Set(all.flatMap(({ wanted }) => [...wanted.values()].map(textOf)))
  const rows = all.flatMap(({ before, after, wanted, old }) => {
    const left = new Map([...old].filter(([, key]) => !taken.has(textOf(key))))
    const own = { ...claimAll(wanted, after, givers), ...releaseAll(left, before) }
    return Object.entries(own).map(([name, action]) => [`${after.id}:${name}`, action])
  })
  return Object.fromEntries(rows)
}

const textOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk])

/**
 * Access pattern R4: ids by a looked-up attribute, which need not be unique; who has the value as its name is among them,
 * with or without the attribute, unless it is known by that to be another `owner`'s. Strongly consistent; 1 read unit, 2
 * where the name is asked too, in one round trip.
 */
export async function listIdsByLookup(
  db: Db,
  account: string,
  type: ResourceType,
  { lookup, value, owner }: { lookup: string; value: string; owner?: string | undefined },
): Promise<string[]> {
  const path = requirePath(type, lookup)
  const key = lookupCollectionKey(account, type, lookup, foldLookup(path, value))
  const [items, named] = await Promise.all([
    queryAll(db, ofPartition(key)),
    isFoundByName(path) ? getIdByName(db, account, type, value, { owner }) : undefined,
  ])
  return [...new Set([...items.map(({ sk }) => String(sk)), ...(named === undefined ? [] : [named])])]
}

/** What turns the lookups of `before` into those of `after`; either may be absent. */
export function moveLookupActions(account: string, before?: StoredResource, after?: StoredResource): Actions {
  const [old, wanted] = [lookupKeys(account, before), lookupKeys(account, after)]
  const added = [...wanted].filter(([name]) => !old.has(name))
  const gone = [...old].filter(([name]) => !wanted.has(name))
  return Object.fromEntries([
    ...added.map(([name, Item]) => [name, { Put: { Item } }]),
    ...gone.map(([name, Key]) => [name, { Delete: { Key } }]),
  ])
}

/** The lookup items a resource must have, each under a name of its own. */
export function lookupKeys(account: string, resource: StoredResource | undefined): Map<string, Key> {
  if (!resource) return new Map()
  const { type, id, attributes } = resource
  const name = foldName(nameOf(resource))
  const keys = type.lookups.flatMap((lookup) => {
    const path = requirePath(type, lookup)
    const values = listValues(attributes, path).filter((value) => typeof value === 'string' && value !== '')
    const folded = values.map((value) => foldLookup(path, String(value)))
    const further = isFoundByName(path) ? folded.filter((value) => value !== name) : folded
    return further.map((value) => lookupKey(account, type, lookup, value, id))
  })
  return new Map(keys.map((key) => [`lookup:${key.pk}`, key]))
}

/** Most users have their address for a name: what is compared without case needs no item where it is the name. */
const isFoundByName = ({ attribute, subAttribute }: AttributePath): boolean => !(subAttribute ?? attribute).caseExact

/** The value under which a lookup item is kept: the form in which filters compare it. */
const foldLookup = ({ attribute, subAttribute }: AttributePath, value: string): string =>
  toComparisonForm(subAttribute ?? attribute, value)

function requirePath(type: ResourceType, lookup: string): AttributePath {
  const path = resolveAttributePath(type, lookup)
  if (path?.attribute) return path
  throw new Error(`The type ${type.name} has no attribute ${lookup} to look up by`)
}
