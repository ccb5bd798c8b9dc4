import type { RestEvent } from '../audit/rest-event.ts'
import { ADMIN_OWNER } from '../auth/principal.ts'
import type { Attributes, ResourceType } from '../scim/schema.ts'
import { ownedKey, resourceKey } from './keys.ts'
import { TABLE } from './table.ts'
import type { Action } from './transaction.ts'

/** A resource as the table holds it; a client's attributes live under one map, apart from ours. */
export interface StoredResource {
  /** As the client sees it that asked; not part of the item. */
  type: ResourceType
  id: string
  /** The role that may change it. */
  owner: string
  /** Counts the changes, from 1; the ETag. */
  version: number
  /** ISO 8601, UTC. */
  created: string
  lastModified: string
  /** SCIM attributes in stored shape, without `id`, `meta`, what is derived and `password`. */
  attributes: Attributes
  /** REST event of the change that wrote this version: how a repeated write recognises itself. */
  eventId: string
  /** Groups only: number of direct members. */
  memberCount?: number
  /** Groups only: the version of the last membership change that was queued, until all are applied (`groups/heads.ts`). */
  applying?: number
  /** The turn of the last change that was made of any version ({@link nextTurn}). */
  turn?: number
  /** Users only, and only while the integration syncs passwords. */
  passwordHash?: string | undefined
  /** When administrators last changed an attribute that the owner's identity provider has not changed since (ISO 8601). */
  direct?: Readonly<Record<string, string>> | undefined
}

/** The item of a resource; the index has it under its owner, by keys only: written at create and delete, not at changes. */
export function toResourceItem(account: string, resource: StoredResource): Record<string, unknown> {
  const { type, id, ...rest } = resource
  const { partitionKey, sortKey } = TABLE.index
  return {
    ...resourceKey(account, type, id),
    [partitionKey]: ownedKey(account, rest.owner, type),
    [sortKey]: id,
    ...rest,
  }
}

/** The place of a version's event among those of its object: behind the turns that the version knows of. */
export const orderOf = ({ version, turn }: StoredResource): Pick<RestEvent, 'version' | 'turn'> => ({
  version,
  ...(turn !== undefined && { turn }),
})

/**
 * The turn of a change that may meet any version and cannot know which it makes: later than the last one, which its
 * write has to require, so that turns tell the order of commits. Epoch ms as a rule.
 */
export const nextTurn = (now: number, { turn = 0 }: StoredResource): number => Math.max(now, turn + 1)

/** Turns are in the order of commits, since none is taken behind a later one. */
export const IS_LATER = '(attribute_not_exists(#turn) OR #turn < :turn)'

export function putNewResourceAction(account: string, resource: StoredResource): Action {
  return { Put: { Item: toResourceItem(account, resource), ConditionExpression: 'attribute_not_exists(pk)' } }
}

/** Puts `after` where `before` is still the current version. */
export function putVersionAction(account: string, before: StoredResource, after: StoredResource): Action {
  return { Put: { Item: toResourceItem(account, after), ...isCurrent(before) } }
}

export function deleteVersionAction(account: string, before: StoredResource): Action {
  return { Delete: { Key: resourceKey(account, before.type, before.id), ...isCurrent(before) } }
}

/** Makes the resource another owner's next version, whichever that is, unless behind a later turn. */
export function passResourceAction(
  account: string,
  { type, id, owner: from }: StoredResource,
  owner: string,
  { eventId, time, turn }: Pick<RestEvent, 'eventId' | 'time' | 'turn'>,
): Action {
  return {
    Update: {
      Key: resourceKey(account, type, id),
      UpdateExpression: `SET #owner = :owner, #owned = :owned, lastModified = :now, eventId = :event, #turn = :turn ADD #version :one${owner === ADMIN_OWNER ? ' REMOVE direct' : ''}`,
      ConditionExpression: `#owner = :from AND ${IS_LATER}`,
      ExpressionAttributeNames: {
        ...{ '#owner': 'owner', '#owned': TABLE.index.partitionKey, '#version': 'version', '#turn': 'turn' },
      },
      ExpressionAttributeValues: {
        ...{ ':owner': owner, ':from': from, ':owned': ownedKey(account, owner, type) },
        ...{ ':now': time, ':event': eventId, ':one': 1, ':turn': turn },
      },
    },
  }
}

/** The queue of a group may end without a new version: what is written must not bring it back. */
const isCurrent = ({ version, owner, applying }: StoredResource) => ({
  ConditionExpression: `#version = :version AND #owner = :owner AND ${applying === undefined ? 'attribute_not_exists(applying)' : 'applying = :applying'}`,
  ExpressionAttributeNames: { '#version': 'version', '#owner': 'owner' },
  ExpressionAttributeValues: {
    ...{ ':version': version, ':owner': owner },
    ...(applying !== undefined && { ':applying': applying }),
  },
})

/** @throws {Error} when the item is not one of ours: a poisoned item must not look like a user. */
export function toResource(type: ResourceType, item: Record<string, unknown>): StoredResource {
  const {
    sk,
    owner,
    version,
    created,
    lastModified,
    attributes,
    eventId,
    memberCount,
    applying,
    turn,
    passwordHash,
    direct,
  } = item
  if (
    typeof sk !== 'string' ||
    typeof owner !== 'string' ||
    typeof version !== 'number' ||
    typeof created !== 'string' ||
    typeof lastModified !== 'string' ||
    typeof attributes !== 'object' ||
    attributes === null
  ) {
    throw new Error(`The stored ${type.name} "${String(sk)}" lacks what every ${type.name} has`)
  }
  return {
    type,
    id: sk,
    owner,
    version,
    created,
    lastModified,
    attributes: attributes as Attributes,
    eventId: typeof eventId === 'string' ? eventId : '',
    ...(typeof memberCount === 'number' && { memberCount }),
    ...(typeof applying === 'number' && { applying }),
    ...(typeof turn === 'number' && { turn }),
    ...(typeof passwordHash === 'string' && { passwordHash }),
    ...(typeof direct === 'object' && direct !== null && { direct: direct as Record<string, string> }),
  }
}

/** The readable ones of many items: one that is not ours must not take a whole list down, but must not go unseen. */
export function toResources(type: ResourceType, items: Record<string, unknown>[]): StoredResource[] {
  return items.flatMap((item) => {
    try {
      return [toResource(type, item)]
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'UnreadableItem')
      return []
    }
  })
}
