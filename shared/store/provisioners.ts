import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { PRIVILEGES, type Privilege } from '../auth/privileges.ts'
import { isAtVersion } from './at-version.ts'
import type { Db } from './client.ts'
import { type Key, provisionerCollectionKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import type { Action } from './transaction.ts'

/** A role that integrations run as; its privileges are the role's, whichever integration uses them. */
export interface Provisioner {
  role: string
  privileges: readonly Privilege[]
  createdAt: string
  createdBy: string
  /** When an integration last ceased to run as it, ISO 8601: requests may go on as the role for a little longer. */
  releasedAt?: string | undefined
  /** Counts the changes of its privileges, and the integrations that began or ceased to run as it. */
  version: number
}

const provisionerItem = z.object({
  role: z.string(),
  privileges: z.array(z.enum(PRIVILEGES)),
  createdAt: z.string(),
  createdBy: z.string(),
  releasedAt: z.optional(z.string()),
  version: z.int(),
})

const provisionerKey = (account: string, role: string): Key => ({ pk: provisionerCollectionKey(account), sk: role })

/** Access pattern I5: one role's privileges. Strongly consistent; 1 read unit. */
export async function getProvisioner(db: Db, account: string, role: string): Promise<Provisioner | undefined> {
  const Key = provisionerKey(account, role)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && provisionerItem.parse(Item)
}

/** Access pattern I6: every role of the account, by name. Strongly consistent; 1 read unit per 4 KB. */
export async function getProvisioners(db: Db, account: string): Promise<Provisioner[]> {
  const items = await queryAll(db, ofPartition(provisionerCollectionKey(account)))
  return items.flatMap((item) => provisionerItem.safeParse(item).data ?? [])
}

/** Stores a role over the version before it; version 1 is a new one. */
export function putProvisionerAction(account: string, after: Provisioner): Action {
  const Item = { ...provisionerKey(account, after.role), ...after }
  if (after.version === 1) return { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }
  return { Put: { Item, ...isAtVersion(after.version - 1) } }
}

/** The role as an integration begins to run as it: who drops the role at the same time loses the race. */
export const taken = (role: Provisioner): Provisioner => ({ ...role, version: role.version + 1 })

/** The role as an integration ceases to run as it. */
export const released = (role: Provisioner, now: Date): Provisioner => ({
  ...role,
  releasedAt: now.toISOString(),
  version: role.version + 1,
})

/** Takes the role away, if it is still the one that was read. */
export function deleteProvisionerAction(account: string, { role, version }: Provisioner): Action {
  return { Delete: { Key: provisionerKey(account, role), ...isAtVersion(version) } }
}

/** Holds while the role is the one that was read. */
export function checkProvisionerAction(account: string, { role, version }: Provisioner): Action {
  return { ConditionCheck: { Key: provisionerKey(account, role), ...isAtVersion(version) } }
}

/** Holds while there is no role of that name. */
export const absentProvisionerAction = (account: string, role: string): Action => ({
  ConditionCheck: { Key: provisionerKey(account, role), ConditionExpression: 'attribute_not_exists(pk)' },
})
