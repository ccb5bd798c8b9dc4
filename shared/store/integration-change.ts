import { randomUUID } from 'node:crypto'
import type { RestEvent } from '../audit/rest-event.ts'
import { RESOURCE_TYPES } from '../scim/resource-types.ts'
import { ensureAccountAction } from './accounts.ts'
import { getIdByName, releaseRoleNameAction, reserveNameAction } from './claims.ts'
import type { Db } from './client.ts'
import { putEventAction } from './events/write.ts'
import {
  checkIntegrationAction,
  deleteIntegrationAction,
  type Integration,
  liveTokens,
  putIntegrationAction,
  replaceIntegrationAction,
} from './integrations.ts'
import { copyActions, type PolicyUse } from './policy-use.ts'
import {
  checkProvisionerAction,
  deleteProvisionerAction,
  type Provisioner,
  putProvisionerAction,
  released,
  taken,
} from './provisioners.ts'
import { revokedActions } from './revoked.ts'
import {
  type Closing,
  closingActions,
  endAccessActions,
  endTokensActions,
  type Origin,
  rewriteAccessActions,
} from './tokens.ts'
import { type Actions, MAX_ACTIONS, transact } from './transaction.ts'

/** More tokens than one transaction can rewrite share the role. */
export class TooManyTokens extends Error {
  override readonly name = 'TooManyTokens'
}

/** What becomes of a role, and whose tokens show it. */
export interface RoleChange {
  after: Provisioner
  /** The integrations whose tokens have the role's privileges to be rewritten. */
  sharedBy: readonly Integration[]
}

/** An integration to be made. */
export interface Creation {
  integration: Integration
  /** The one of the same name in whose place it is made, and that one's role. */
  before?: { integration: Integration; provisioner: Provisioner } | undefined
  policy: PolicyUse
  /** The role it runs as: `after` has the next version, also where nothing else of it changes. */
  role: RoleChange
}

/**
 * Access pattern I3: stores a new integration with its account and event, and its role, whose name is kept from groups;
 * live tokens of the role are rewritten where it gains privileges, those of a replaced integration end. 1 round trip, all
 * or nothing.
 * @throws {TooManyTokens}
 * @throws {ConditionsFailed} `integration` when there is another by the name, `roleName` when a group has the role's;
 *   also when the role, or a token of it, has changed since it was read.
 */
export async function putNewIntegration(db: Db, creation: Creation, now: Date, event: RestEvent): Promise<void> {
  const { integration, before, role, policy } = creation
  const { account } = integration
  await transactIfSmall(db, {
    ...(before && endAccessActions(before.integration, now.getTime())),
    ...(before && releaseActions(account, before.provisioner, role.after.role, now)),
    integration: before ? replaceIntegrationAction(integration, before.integration) : putIntegrationAction(integration),
    ...copyActions(integration, policy, now),
    roleName: reserveNameAction(account, integration.role),
    ...changeRoleActions(account, role, now),
    event: putEventAction(db, event),
  })
}

/** Access pattern I7: stores a role, made or changed, with the tokens that show it and the event; as {@link putNewIntegration}. */
export async function putRoleChange(
  db: Db,
  account: string,
  role: RoleChange,
  now: Date,
  event: RestEvent,
): Promise<void> {
  await transactIfSmall(db, {
    account: ensureAccountAction(account, now),
    roleName: reserveNameAction(account, role.after.role),
    ...changeRoleActions(account, role, now),
    event: putEventAction(db, event),
  })
}

/**
 * Access pattern I9: takes a role away, with the event, and gives its name free, unless a group has that; 2 round trips.
 * @throws {ConditionsFailed} when the role has changed since it was read, or an integration runs as it by now.
 */
export async function deleteProvisioner(db: Db, account: string, role: Provisioner, event: RestEvent): Promise<void> {
  const holder = await getIdByName(db, account, RESOURCE_TYPES.Group, role.role)
  const actions = {
    role: deleteProvisionerAction(account, role),
    ...(holder === undefined && { roleName: releaseRoleNameAction(account, role.role) }),
    event: putEventAction(db, event),
  }
  await transact(db, actions, randomUUID())
}

/** How many live tokens a change of a role rewrites. */
export const tokensShowing = ({ sharedBy }: Pick<RoleChange, 'sharedBy'>, now: Date): number =>
  sharedBy.reduce((sum, integration) => sum + liveTokens(integration, now).length, 0)

/** @throws {TooManyTokens} */
async function transactIfSmall(db: Db, actions: Actions): Promise<void> {
  if (Object.keys(actions).length > MAX_ACTIONS) throw new TooManyTokens()
  await transact(db, actions, randomUUID())
}

function changeRoleActions(account: string, { after, sharedBy }: RoleChange, now: Date): Actions {
  const rewrites = sharedBy.map((integration) => ({
    [`sharing:${integration.name}`]: checkIntegrationAction(integration),
    ...rewriteAccessActions(integration, after, now),
  }))
  return Object.assign({ role: putProvisionerAction(account, after) }, ...rewrites)
}

/** What it takes that an integration ceases to run as a role, unless it goes on with the same. */
export const releaseActions = (account: string, role: Provisioner, next: string | undefined, now: Date): Actions =>
  role.role === next ? {} : { released: putProvisionerAction(account, released(role, now)) }

/** What else a change of an integration takes. */
export interface AlsoChanged {
  /** The role that it ran as, where it runs as another from now on. */
  from?: Provisioner | undefined
  /** Whom it shuts out, and lets in again. */
  closing?: Closing | undefined
  /** Where its network policy changes. */
  policy?: PolicyUse | undefined
}

/** What it takes that an integration runs as another role. */
export const moveRoleActions = (account: string, from: Provisioner, to: Provisioner, now: Date): Actions => ({
  ...releaseActions(account, from, to.role, now),
  role: putProvisionerAction(account, taken(to)),
  roleName: reserveNameAction(account, to.role),
})

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
  { from, policy, closing }: AlsoChanged = {},
): Promise<void> {
  const actions = {
    ...(closing && closingActions(after.account, closing, now.getTime())),
    ...changeActions(after, provisioner, now),
    ...(from && moveRoleActions(after.account, from, provisioner, now)),
    ...(policy && copyActions(after, policy, now)),
    event: putEventAction(db, event),
  }
  await transact(db, actions, randomUUID())
}

/**
 * Access pattern I10: the same for what an integration only has a copy of, such as a network policy that was changed: the
 * event is that of the policy.
 * @throws {ConditionsFailed}
 */
export async function putIntegrationCopy(
  db: Db,
  after: Integration,
  provisioner: Provisioner,
  now: Date,
  policy: PolicyUse,
): Promise<void> {
  const copied = copyActions(after, policy, now)
  await transact(db, { ...changeActions(after, provisioner, now), ...copied }, randomUUID())
}

/**
 * Access pattern T7: ends every live token of an integration as it was read, and every access token that its OAuth client
 * has got so far, with one event; 1 round trip.
 * @throws {ConditionsFailed} when the integration, its tokens or its role have changed since they were read.
 */
export async function putRevocations(
  db: Db,
  { integration, provisioner }: Origin,
  now: Date,
  event: RestEvent,
): Promise<void> {
  const { account, oauthClient, version } = integration
  const revokedAt = now.getTime()
  // One that was made in the same millisecond is ended too.
  const issuedBefore = revokedAt + 1
  const ended = { tokens: {}, ...(oauthClient && { accessTokensRevokedBefore: issuedBefore }) }
  const after = { ...integration, ...ended, version: version + 1 }
  const actions = {
    ...endTokensActions(integration, revokedAt),
    ...(oauthClient && revokedActions(account, [oauthClient], revokedAt, { reason: 'revoked', issuedBefore })),
    integration: replaceIntegrationAction(after, integration),
    role: checkProvisionerAction(account, provisioner),
    ...rewriteAccessActions(after, provisioner, now),
    event: putEventAction(db, event),
  }
  await transact(db, actions, randomUUID())
}

function changeActions(after: Integration, provisioner: Provisioner, now: Date): Actions {
  return {
    integration: putIntegrationAction(after),
    role: checkProvisionerAction(after.account, provisioner),
    ...rewriteAccessActions(after, provisioner, now),
  }
}

/**
 * Access pattern I8: takes an integration away and ends its tokens, with the event. Its role stays, so that what it owns
 * is found and can be handed over; 1 round trip.
 * @throws {ConditionsFailed} when the integration, its tokens or its role have changed since they were read.
 */
export async function deleteIntegration(
  db: Db,
  integration: Integration,
  provisioner: Provisioner,
  now: Date,
  event: RestEvent,
): Promise<void> {
  const actions = {
    ...endAccessActions(integration, now.getTime()),
    ...releaseActions(integration.account, provisioner, undefined, now),
    integration: deleteIntegrationAction(integration),
    event: putEventAction(db, event),
  }
  await transact(db, actions, randomUUID())
}
