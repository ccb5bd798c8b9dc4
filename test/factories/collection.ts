import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import { batchWrite } from '../../shared/store/batch-write.ts'
import { claimNameActions } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { toMemberItem } from '../../shared/store/groups/member-item.ts'
import { countKey, resourceKey } from '../../shared/store/keys.ts'
import { namedId } from '../../shared/store/new-id.ts'
import { type StoredResource, toResourceItem } from '../../shared/store/resource-item.ts'
import { updateIf } from '../../shared/store/update-if.ts'

/** Objects of one owner, made one after the other. */
interface Seeding {
  account: string
  owner: string
  count: number
  /** What their names begin with. */
  prefix: string
  type?: ResourceType
  /** When the first was made, in epoch ms, and how long before the next one. */
  from?: number
  msApart?: number
  /** Bytes of text in each, so that it has the size of a real one. */
  bytes?: number
}

const FROM = Date.parse('2026-05-01T08:00:00Z')

/** Stores objects as requests would leave them, with name and count but without events; their ids, in order. */
export async function seedCollection(db: Db, seeding: Seeding): Promise<string[]> {
  const { account, owner, count, prefix, type = RESOURCE_TYPES.User } = seeding
  const resources = Array.from({ length: count }, (_, i) => toStored(seeding, type, i))
  const items = resources.flatMap((resource) => {
    const claims = Object.values(claimNameActions(account, resource))
    return [toResourceItem(account, resource), ...claims.flatMap((one) => ('Put' in one ? [one.Put.Item ?? {}] : []))]
  })
  const counter = { pk: countKey(account, type), sk: `seed-${prefix}`, all: count, [`own#${owner}`]: count }
  await putItems(db, [...items, counter])
  return resources.map(({ id }) => id)
}

/** Makes users members of a group that has none of them. */
export async function seedMembers(db: Db, account: string, groupId: string, userIds: readonly string[]) {
  const members = userIds.map((userId) => toMemberItem(account, groupId, { userId }))
  await putItems(db, members)
  await updateIf(db, {
    Key: resourceKey(account, RESOURCE_TYPES.Group, groupId),
    UpdateExpression: 'ADD memberCount :members',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':members': members.length },
  })
}

const putItems = (db: Db, items: readonly Record<string, unknown>[]) =>
  batchWrite(
    db,
    items.map((Item) => ({ PutRequest: { Item } })),
  )

function toStored(seeding: Seeding, type: ResourceType, n: number): StoredResource {
  const { owner, prefix, from = FROM, msApart = 10, bytes = 550 } = seeding
  const ms = from + n * msApart
  const time = new Date(ms).toISOString()
  const attributes = { [type.uniqueName]: `${prefix}${n}`, externalId: `${prefix}${n}`, title: 'x'.repeat(bytes) }
  const id = namedId(ms, `${prefix}${n}`)
  return { type, id, owner, version: 1, created: time, lastModified: time, attributes, eventId: id }
}
