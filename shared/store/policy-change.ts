import { randomUUID } from 'node:crypto'
import type { RestEvent } from '../audit/rest-event.ts'
import type { Db } from './client.ts'
import { putEventAction } from './events/write.ts'
import { deleteNetworkPolicyAction, putNetworkPolicyAction, type StoredPolicy } from './network-policies.ts'
import { transact } from './transaction.ts'

/**
 * Access pattern NP3: stores a policy, new or over the version before, with its event; 1 round trip.
 * @throws {ConditionsFailed} when there is one by the name, or another version.
 */
export async function putPolicy(db: Db, account: string, policy: StoredPolicy, event: RestEvent): Promise<void> {
  const actions = { policy: putNetworkPolicyAction(account, policy), event: putEventAction(db, event) }
  await transact(db, actions, randomUUID())
}

/**
 * Access pattern NP4: takes a policy away, with the event; 1 round trip.
 * @throws {ConditionsFailed} when it has changed since it was read, or was attached to something.
 */
export async function deletePolicy(db: Db, account: string, policy: StoredPolicy, event: RestEvent): Promise<void> {
  const actions = { policy: deleteNetworkPolicyAction(account, policy), event: putEventAction(db, event) }
  await transact(db, actions, randomUUID())
}
