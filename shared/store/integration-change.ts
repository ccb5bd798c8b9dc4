import type { RestEvent } from '../audit/rest-event.ts'
import { ensureAccountAction } from './accounts.ts'
import { reserveNameAction } from './claims.ts'
import type { Db } from './client.ts'
import { putEventAction } from './events/write.ts'
import { checkIntegrationAction, type Integration, putIntegrationAction } from './integrations.ts'
import { checkProvisionerAction, type Provisioner, putProvisionerAction } from './provisioners.ts'
import { type Closing, closingActions, rewriteAccessActions } from './tokens.ts'
import { type Actions, ConditionsFailed, MAX_ACTIONS, transact } from './transaction.ts'

/** Another integration of the account has the name. */
export class IntegrationExists extends Error {
  override readonly name = 'IntegrationExists'
}

/** A group of the account has the role's name. */
export class RoleNameTaken extends Error {
  override readonly name = 'RoleNameTaken'
}

/** More tokens than one transaction can rewrite share the role. */
export class TooManyTokens extends Error {
  override readonly name = 'TooManyTokens'
}

/** What becomes of the role of a new integration, and whose tokens show it. */
export interface RoleChange {
  after: Provisioner
  /** The other integrations that run as this role. */
  sharedBy: readonly Integration[]
}

/**
 * Access pattern I3: stores a new integration with its account and event, and its role where that is new or gains
 * privileges; live tokens of the same role gain them too. 1 round trip, all or nothing.
 * The role's name is kept from groups. @throws {IntegrationExists} @throws {RoleNameTaken} @throws {TooManyTokens}
 * @throws {ConditionsFailed} when the role, or a token of it, has changed since it was read.
 */
export async function putNewIntegration(
  db: Db,
  integration: Integration,
  role: RoleChange | undefined,
  now: Date,
  event: RestEvent,
): Promise<void> {
  const { account, endpointId } = integration
  const actions = {
    integration: putIntegrationAction(integration),
    account: ensureAccountAction(account, now),
    roleName: reserveNameAction(account, integration.role),
    event: putEventAction(db, event),
    ...(role && changeRoleActions(account, role, now)),
  }
  const size = Object.keys(actions).length
  if (size > MAX_ACTIONS) throw new TooManyTokens()
  try {
    await transact(db, actions, `${endpointId}#${role?.after.version}#${size}`)
  } catch (error) {
    if (error instanceof ConditionsFailed && error.failures.has('integration')) throw new IntegrationExists()
    if (error instanceof ConditionsFailed && error.failures.has('roleName')) throw new RoleNameTaken()
    throw error
  }
}

function changeRoleActions(account: string, { after, sharedBy }: RoleChange, now: Date): Actions {
  const rewrites = sharedBy.map((integration) => ({
    [`sharing:${integration.name}`]: checkIntegrationAction(integration),
    ...rewriteAccessActions(integration, after, now),
  }))
  return Object.assign({ role: putProvisionerAction(account, after) }, ...rewrites)
}

/**
 * Access pattern I4: stores changed settings over the version before, in the integration and in each live token, with
 * the event, and tells whom they shut out; 1 round trip.
 * @throws {ConditionsFailed} when the integration, its tokens or its role have changed since they were read.
 */
export async function putIntegrationChange(
  db: Db,
  after: Integration,
  provisioner: Provisioner,
  now: Date,
  event: RestEvent,
  closing: Closing,
): Promise<void> {
  const actions = {
    ...closingActions(after.account, closing, now.getTime()),
    integration: putIntegrationAction(after),
    role: checkProvisionerAction(after.account, provisioner),
    event: putEventAction(db, event),
    ...rewriteAccessActions(after, provisioner, now),
  }
  await transact(db, actions, event.eventId)
}
