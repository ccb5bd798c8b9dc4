import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { type AppliedPolicy, POLICY_MODES } from '../auth/applied-policy.ts'
import { isAtVersion } from './at-version.ts'
import type { Db } from './client.ts'
import { type Key, networkPolicyCollectionKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import type { Action } from './transaction.ts'

/** A network policy as it is stored; integrations and tokens have copies of what decides about addresses. */
export interface StoredPolicy extends AppliedPolicy {
  name: string
  comment?: string | undefined
  createdAt: string
  createdBy: string
  /** Counts its changes, and the integrations and accounts it was attached to. */
  version: number
}

const policyItem = z.object({
  name: z.string(),
  mode: z.enum(POLICY_MODES),
  allowed: z.array(z.string()),
  blocked: z.array(z.string()),
  comment: z.optional(z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
  version: z.int(),
})

const policyKey = (account: string, name: string): Key => ({ pk: networkPolicyCollectionKey(account), sk: name })

/** Access pattern NP1: one network policy by its name. Strongly consistent; 1 read unit. */
export async function getNetworkPolicy(db: Db, account: string, name: string): Promise<StoredPolicy | undefined> {
  const Key = policyKey(account, name)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && policyItem.parse(Item)
}

/** Access pattern NP2: every network policy of the account, by name. Strongly consistent; 1 read unit per 4 KB. */
export async function getNetworkPolicies(db: Db, account: string): Promise<StoredPolicy[]> {
  const items = await queryAll(db, ofPartition(networkPolicyCollectionKey(account)))
  return items.flatMap((item) => policyItem.safeParse(item).data ?? [])
}

/** Stores a policy over the version before it; version 1 is a new one. */
export function putNetworkPolicyAction(account: string, after: StoredPolicy): Action {
  const Item = { ...policyKey(account, after.name), ...after }
  if (after.version === 1) return { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }
  return { Put: { Item, ...isAtVersion(after.version - 1) } }
}

/** Takes the policy away, if it is still the one that was read, and was attached to nothing since. */
export const deleteNetworkPolicyAction = (account: string, { name, version }: StoredPolicy): Action => ({
  Delete: { Key: policyKey(account, name), ...isAtVersion(version) },
})

/** Holds while the policy is the one that was read. */
export const checkNetworkPolicyAction = (account: string, { name, version }: StoredPolicy): Action => ({
  ConditionCheck: { Key: policyKey(account, name), ...isAtVersion(version) },
})

/** The policy as it is attached: who drops it at the same time loses the race. */
export const attachNetworkPolicyAction = (account: string, policy: StoredPolicy): Action =>
  putNetworkPolicyAction(account, { ...policy, version: policy.version + 1 })

/** What decides about addresses: the part of which integrations and tokens have copies. */
export const toApplied = ({ name, mode, allowed, blocked }: AppliedPolicy): AppliedPolicy => ({
  ...(name !== undefined && { name }),
  ...{ mode, allowed, blocked },
})
