import { randomUUID } from 'node:crypto'
import type { RestEvent } from '../audit/rest-event.ts'
import { type Account, deleteAccountAction, putAccountAction, putNewAccountAction } from './accounts.ts'
import { releaseRoleNameAction } from './claims.ts'
import type { Db } from './client.ts'
import { putEventAction } from './events/write.ts'
import { attachNetworkPolicyAction, deleteNetworkPolicyAction, type StoredPolicy } from './network-policies.ts'
import { deleteProvisionerAction, type Provisioner } from './provisioners.ts'
import { type Actions, MAX_ACTIONS, transact } from './transaction.ts'

/** More roles and policies are left in an account than one transaction can take away. */
export class TooMuchLeft extends Error {
  override readonly name = 'TooMuchLeft'
}

/** What an account that holds nothing else may still have; it goes with it. */
export interface Remains {
  roles: readonly Provisioner[]
  policies: readonly StoredPolicy[]
}

/** Access pattern A4: stores a new account with its event; 1 round trip. @throws {ConditionsFailed} when there is one. */
export async function putNewAccount(db: Db, account: Account, event: RestEvent): Promise<void> {
  await transact(db, { account: putNewAccountAction(account), event: putEventAction(db, event) }, randomUUID())
}

/**
 * Access pattern A6: stores an account over the version before, with its event; `policy` is attached to it. 1 round trip.
 * @throws {ConditionsFailed} when account or policy have changed since they were read.
 */
export async function putAccountChange(
  db: Db,
  after: Account,
  policy: StoredPolicy | undefined,
  event: RestEvent,
): Promise<void> {
  const actions = {
    account: putAccountAction(after),
    ...(policy && { policy: attachNetworkPolicyAction(after.account, policy) }),
    event: putEventAction(db, event),
  }
  await transact(db, actions, randomUUID())
}

/**
 * Access pattern A5: takes an account away with its roles, their names and its network policies, with the event; 1 round
 * trip.
 * @throws {TooMuchLeft}
 * @throws {ConditionsFailed} when something was made or changed in it since it was read.
 */
export async function deleteAccount(db: Db, settings: Account, remains: Remains, event: RestEvent): Promise<void> {
  const { account } = settings
  const roles = remains.roles.flatMap((role): [string, Actions[string]][] => [
    [`role:${role.role}`, deleteProvisionerAction(account, role)],
    [`roleName:${role.role}`, releaseRoleNameAction(account, role.role)],
  ])
  const policies = remains.policies.map((policy): [string, Actions[string]] => [
    `policy:${policy.name}`,
    deleteNetworkPolicyAction(account, policy),
  ])
  const actions = {
    account: deleteAccountAction(settings),
    ...Object.fromEntries([...roles, ...policies]),
    event: putEventAction(db, event),
  }
  if (Object.keys(actions).length > MAX_ACTIONS) throw new TooMuchLeft()
  await transact(db, actions, randomUUID())
}
