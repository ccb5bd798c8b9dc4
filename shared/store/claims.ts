import { foldName } from '../scim/identifier.ts'
import type { Attributes } from '../scim/schema.ts'
import { type Key, lookupKey, nameKey, type ResourceName } from './keys.ts'
import type { StoredResource } from './resource-item.ts'
import type { Action } from './transaction.ts'

/** Attributes found in O(1) besides the unique name; values with case are kept, the others folded. */
export type LookupAttribute = 'externalId' | 'emails.value'

/** The unique name of a resource as clients wrote it: `userName` or a group's `displayName`. */
export const nameOf = (type: ResourceName, attributes: Attributes): string =>
  String(attributes[type === 'User' ? 'userName' : 'displayName'] ?? '')

/** The value under which a lookup item is kept. */
export const lookupValue = (attribute: LookupAttribute, value: string): string =>
  attribute === 'externalId' ? value : foldName(value)

/** The lookup items a resource must have. */
export function lookupKeys(account: string, { type, id, attributes }: StoredResource): Key[] {
  const keys: Key[] = []
  const add = (attribute: LookupAttribute, value: unknown) => {
    if (typeof value !== 'string' || value === '') return
    keys.push(lookupKey(account, type, attribute, lookupValue(attribute, value), id))
  }
  add('externalId', attributes.externalId)
  for (const email of elements(attributes.emails)) add('emails.value', email.value)
  return [...new Map(keys.map((key) => [key.pk, key])).values()]
}

function elements(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((element) => typeof element === 'object' && element !== null) : []
}

/** The claim on a unique name. It holds only while nobody else holds it (invariant 2). */
export function claimName(account: string, { type, id, owner, attributes, eventId }: StoredResource): Action {
  const Item = { ...nameKey(account, type, foldName(nameOf(type, attributes))), id, owner, eventId }
  return { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }
}

export function releaseName(account: string, { type, id, attributes }: StoredResource): Action {
  return {
    Delete: {
      Key: nameKey(account, type, foldName(nameOf(type, attributes))),
      ConditionExpression: 'id = :id',
      ExpressionAttributeValues: { ':id': id },
    },
  }
}

/** What turns the lookups of `before` into those of `after`; either may be absent. */
export function moveLookups(account: string, before?: StoredResource, after?: StoredResource): Action[] {
  const old = new Map((before ? lookupKeys(account, before) : []).map((key) => [key.pk, key]))
  const wanted = new Map((after ? lookupKeys(account, after) : []).map((key) => [key.pk, key]))
  const added = [...wanted.values()].filter((key) => !old.has(key.pk))
  const gone = [...old.values()].filter((key) => !wanted.has(key.pk))
  return [...added.map((Item) => ({ Put: { Item } })), ...gone.map((Key) => ({ Delete: { Key } }))]
}
