import type { Principal } from '../../shared/auth/principal.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { claimNameActions } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { toEventItem } from '../../shared/store/events/item.ts'
import { toMemberItem } from '../../shared/store/groups/member-item.ts'
import { countKey } from '../../shared/store/keys.ts'
import { namedId, newId } from '../../shared/store/new-id.ts'
import { type StoredResource, toResourceItem } from '../../shared/store/resource-item.ts'
import { putItems, seedUsers } from '../bench/seed.ts'
import { OKTA } from '../factories/api-event.ts'
import { anEvent } from '../factories/events.ts'
import { GROUP_SCHEMA } from '../factories/scim-api.ts'

/** So many users a second a sync makes. */
const USERS_PER_SECOND = 100
const CHUNK = 10_000

/** Users `first` to `last` as one sync of some time ago would have made them, so many a second; answers their ids. */
export async function seedSyncedUsers(
  db: Db,
  first: number,
  last: number,
  { owner = OKTA, perSecond = USERS_PER_SECOND, endedAgoMs = 0 } = {},
): Promise<string[]> {
  const began = Date.now() - endedAgoMs - ((last - first + 2) * 1000) / perSecond
  const idOf = (n: number) => namedId(Math.round(began + ((n - first) * 1000) / perSecond), `${owner.role} ${n}`)
  const ids: string[] = []
  for (let at = first; at <= last; at += CHUNK) {
    ids.push(...(await seedUsers(db, owner, at, Math.min(last, at + CHUNK - 1), idOf)))
  }
  return ids
}

/** A group with these members, all applied; answers its id. */
export async function seedGroup(
  db: Db,
  displayName: string,
  members: readonly string[],
  owner = OKTA,
): Promise<string> {
  const group = toGroup(owner, displayName, members.length)
  const count = { ...{ pk: countKey(owner.account, RESOURCE_TYPES.Group), sk: `seed-${group.id}` }, all: 1 }
  const items = [toResourceItem(owner.account, group), toClaim(owner, group), { ...count, [`own#${owner.role}`]: 1 }]
  await putItems(db, items)
  await putItems(
    db,
    members.map((userId) => toMemberItem(owner.account, group.id, { userId })),
  )
  return group.id
}

function toGroup({ role }: Principal, displayName: string, memberCount: number): StoredResource {
  const at = new Date()
  const time = { created: at.toISOString(), lastModified: at.toISOString() }
  const attributes = { schemas: [GROUP_SCHEMA], displayName }
  const known = { type: RESOURCE_TYPES.Group, id: newId(at), owner: role, version: 1, eventId: newId(at) }
  return { ...known, ...time, attributes, memberCount }
}

function toClaim({ account }: Principal, group: StoredResource): Record<string, unknown> {
  const { name } = claimNameActions(account, group)
  return name && 'Put' in name ? (name.Put.Item ?? {}) : {}
}

/** Reads that clients made in the last five minutes. */
export async function seedEvents(db: Db, count: number, account = OKTA.account): Promise<void> {
  const now = Date.now()
  const events = Array.from({ length: count }, (_, i) =>
    anEvent(new Date(now - 1 - (i * 300_000) / count), { account, tokenId: OKTA.tokenId }),
  )
  await putItems(
    db,
    events.map((event) => toEventItem(db, event)),
  )
}
