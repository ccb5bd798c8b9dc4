import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { loadEffect } from '../../shared/resources/undo/load-effect.ts'
import { type Effect, noEffect, type Sides, toEffect } from '../../shared/resources/undo/net-effect.ts'
import { Refused } from '../../shared/resources/undo/refused.ts'
import { setAttributesBack } from '../../shared/resources/undo/set-back.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { hasMembers, type ResourceType } from '../../shared/scim/schema.ts'
import { claimsOf, lookupKeys, nameOf } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { deletionKey } from '../../shared/store/deletions.ts'
import { eventSortKey } from '../../shared/store/events/item.ts'
import { getIntegrations } from '../../shared/store/integrations.ts'
import {
  accountKey,
  brakeKey,
  countKey,
  historyKey,
  integrationCollectionKey,
  type Key,
  keptCollectionKey,
  membersKey,
  movedPartition,
  networkPolicyCollectionKey,
  oauthClientKey,
  pendingKey,
  provisionerCollectionKey,
  resourceKey,
  revokedKey,
  tokenKey,
  usedAssertionKey,
} from '../../shared/store/keys.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import { getResources } from '../../shared/store/resources.ts'

const { User, Group } = RESOURCE_TYPES

/** Items, and partitions of the table of which all is meant. */
export interface Touched {
  keys: Key[]
  partitions: string[]
}

/**
 * What changes may have written besides their events: objects with what they are found by, before and after, members and what the
 * history keeps, and, whatever the changes were, all that there is little of.
 */
export async function touchedBy(db: Db, account: string, events: readonly RestEvent[]): Promise<Touched> {
  const all = [await ofAccount(db, account, events)]
  for (const type of [User, Group]) {
    const own = events.filter(({ resourceDomain, resourceId }) => resourceDomain === type.auditWord && resourceId)
    const ids = [...new Set(own.map(({ resourceId = '' }) => resourceId))].filter((id) => AN_ID.test(id))
    const held = await getResources(db, account, type, ids)
    all.push({ keys: held.flatMap((one) => besides(account, one)), partitions: [] })
    for (const event of own.filter(({ resourceId = '' }) => AN_ID.test(resourceId)))
      all.push(await ofObject(db, account, type, event))
  }
  const keys = new Map(all.flatMap((one) => one.keys).map((key) => [`${key.pk} ${key.sk}`, key]))
  return { keys: [...keys.values()], partitions: [...new Set(all.flatMap(({ partitions }) => partitions))] }
}

const AN_ID = /^[0-9a-f-]{36}$/
const A_TOKEN = /^[0-9A-Za-z]{22}$/

/** Who gets in, and what is counted: little, whatever was changed. */
async function ofAccount(db: Db, account: string, events: readonly RestEvent[]): Promise<Touched> {
  const integrations = await getIntegrations(db, account)
  const ids = events.flatMap(({ resourceDomain, resourceId = '', changes = [] }) => {
    const named = changes.flatMap(({ after }) => (Array.isArray(after) ? after : [Object(after).tokenId]))
    const isAccess = resourceDomain === 'TOKEN' || resourceDomain === 'OAUTH_CLIENT' || resourceDomain === 'INTEGRATION'
    return isAccess ? [resourceId, ...named] : []
  })
  const listed = integrations.flatMap(({ tokens, oauthClient }) => [...Object.keys(tokens), oauthClient])
  const tokens = [...new Set([...ids, ...listed])].filter((id) => typeof id === 'string' && A_TOKEN.test(id))
  return {
    keys: [accountKey(account), ...tokens.flatMap((id) => [tokenKey(id), oauthClientKey(id)])],
    partitions: [
      integrationCollectionKey(account),
      networkPolicyCollectionKey(account),
      provisionerCollectionKey(account),
      revokedKey(account),
      pendingKey(account),
      ...[User, Group].map((type) => countKey(account, type)),
      ...integrations.map(({ name }) => brakeKey(account, name)),
      ...integrations.flatMap(({ oauthClient: id }) => (id ? [usedAssertionKey(account, id, 'any').pk] : [])),
    ],
  }
}

const besides = (account: string, resource: StoredResource): Key[] => [
  ...claimsOf(account, resource).values(),
  ...lookupKeys(account, resource).values(),
]

async function ofObject(db: Db, account: string, type: ResourceType, event: RestEvent): Promise<Touched> {
  const { resourceId: id = '', resourceName, time, eventId, act, kept } = event
  const effect = await loadEffect(db, event).catch((error: unknown) => {
    if (error instanceof Refused) return toEffect(event.changes ?? [], [])
    throw error
  })
  const [before, after] = (['before', 'after'] as const).map((side) => onOneSide(type, id, effect, side))
  const owners = effect.attributes.get('owner')
  const row = eventSortKey(time, eventId)
  const names = [before && nameOf(before), resourceName].filter((name) => name)
  return {
    keys: [
      resourceKey(account, type, id),
      ...[before, after].flatMap((one) => (one ? besides(account, one) : [])),
      ...[id, ...effect.members.keys()].map((of) => ({ pk: historyKey(account, of), sk: row })),
      ...(act === 'deleted' ? names.map((name) => deletionKey(account, type, { id, name: String(name) })) : []),
    ],
    partitions: [
      ...(hasMembers(type) ? [membersKey(account, id)] : []),
      ...(kept || act === 'deleted' ? [keptCollectionKey(account, eventId)] : []),
      ...(typeof owners?.after === 'string' ? [movedPartition(account, type, owners.after)] : []),
    ],
  }
}

/** An object with what a change tells of it, before or after. */
function onOneSide(type: ResourceType, id: string, effect: Effect, side: keyof Sides): StoredResource {
  const told = [...effect.attributes].map(([name, sides]): [string, Sides] => [name, { before: sides[side] }])
  const { attributes } = setAttributesBack(type, {}, { ...noEffect(), attributes: new Map(told) }, true)
  return { type, id, owner: '', version: 0, created: '', lastModified: '', eventId: '', attributes }
}
