import type { Attributes } from '../scim/schema.ts'
import { type ResourceName, resourceKey } from './keys.ts'

/** A user or group as the table holds it; a client's attributes live under one map, apart from ours. */
export interface StoredResource {
  type: ResourceName
  id: string
  /** The role that may change it. */
  owner: string
  /** Counts the changes, from 1; the ETag. */
  version: number
  /** ISO 8601, UTC. */
  created: string
  lastModified: string
  /** SCIM attributes in stored shape, without `id`, `meta`, `groups`, `members` and `password`. */
  attributes: Attributes
  /** REST event of the change that wrote this version: how a repeated write recognises itself. */
  eventId: string
  /** Groups only: number of direct members. */
  memberCount?: number
  /** Groups only: the version whose membership change is committed and not yet applied (`intents.ts`). */
  applying?: number
  /** Users only, and only while the integration syncs passwords. */
  passwordHash?: string
}

export function toResourceItem(account: string, resource: StoredResource): Record<string, unknown> {
  const { type, id, ...rest } = resource
  return { ...resourceKey(account, type, id), ...rest }
}

/** @throws {Error} when the item is not one of ours: a poisoned item must not look like a user. */
export function toResource(type: ResourceName, item: Record<string, unknown>): StoredResource {
  const { sk, owner, version, created, lastModified, attributes, eventId, memberCount, applying, passwordHash } = item
  if (
    typeof sk !== 'string' ||
    typeof owner !== 'string' ||
    typeof version !== 'number' ||
    typeof created !== 'string' ||
    typeof lastModified !== 'string' ||
    typeof attributes !== 'object' ||
    attributes === null
  ) {
    throw new Error(`The stored ${type} "${String(sk)}" lacks what every ${type} has`)
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
    ...(typeof passwordHash === 'string' && { passwordHash }),
  }
}

/** The readable ones of many items: one that is not ours must not take a whole list down, but must not go unseen. */
export function toResources(type: ResourceName, items: Record<string, unknown>[]): StoredResource[] {
  return items.flatMap((item) => {
    try {
      return [toResource(type, item)]
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), 'UnreadableItem')
      return []
    }
  })
}
