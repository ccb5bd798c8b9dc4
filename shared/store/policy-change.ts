import { randomUUID } from 'node:crypto'
import type { RestEvent } from '../audit/rest-event.ts'
import type { Db } from './client.ts'
import { putEventAction } from './events/write.ts'
import { deleteNetworkPolicyAction, putNetworkPolicyAction, type StoredPolicy } from './network-policies.ts'
import { ConditionsFailed, transact } from './transaction.ts'
import { ACCOUNT, accountGone, withinAccountActions } from './within-account.ts'

/**
 * Access pattern NP3: stores a policy, new or over the version before, with its event; 1 round trip.
 * @throws {ConditionsFailed} when there is one by the name, or another version.
 * @throws {ScimError} 404 when it is new, and the account is gone.
 */
export async function putPolicy(db: Db, account: string, policy: StoredPolicy, event: RestEvent): Promise<void> {
  const actions = {
    policy: putNetworkPolicyAction(account, policy),
    ...(policy.version === 1 && withinAccountActions(account)),
    event: putEventAction(db, event),
  }
  try {
    await transact(db, actions, randomUUID())
  } catch (error) {
    if (error instanceof ConditionsFailed && error.failures.has(ACCOUNT)) throw accountGone(account)
    throw error
  }
}

/**
 * Access pattern NP4: takes a policy away, with the event; 1 round trip.
 * @throws {ConditionsFailed} when it has changed since it was read, or was attached to something.
 */
export async function deletePolicy(db: Db, account: string, policy: StoredPolicy, event: RestEvent): Promise<void> {
  const actions = { policy: deleteNetworkPolicyAction(account, policy), event: putEventAction(db, event) }
  await transact(db, actions, randomUUID())
}
