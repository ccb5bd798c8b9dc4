import { randomUUID } from 'node:crypto'
import type * as z from 'zod/mini'
import { changesBetween } from '../audit/changes.ts'
import type { Change, RestEvent } from '../audit/rest-event.ts'
import { CREATE_PRIVILEGES, type Privilege } from '../auth/privileges.ts'
import { uniqueness } from '../scim/error.ts'
import type { Json } from '../scim/schema.ts'
import { getAccount } from '../store/accounts.ts'
import { type Creation, putNewIntegration } from '../store/integration-change.ts'
import { type Integration, liveTokens } from '../store/integrations.ts'
import { toCopy } from '../store/policy-use.ts'
import { ConditionsFailed } from '../store/transaction.ts'
import type { AdminContext } from './admin-context.ts'
import { requireUnfrozen } from './freezing.ts'
import { type IntegrationInput, newIntegration } from './integration-input.ts'
import { findIntegration } from './integrations.ts'
import { loadNewPolicy } from './new-policy.ts'
import { parseInput } from './parse-input.ts'
import { presentIntegration, toSettings } from './present-integration.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import { explainRole, planRole } from './role-plan.ts'
import type { IntegrationView } from './views/integration.ts'

type NewIntegration = z.output<typeof newIntegration>

/** An integration that was asked for, and what it took that it is there. */
export interface MadeIntegration extends IntegrationView {
  outcome: 'created' | 'replaced' | 'unchanged'
  /** Of a replaced one: its settings before and after, and how many of its tokens ended. */
  changes?: readonly Change[]
  endedTokens?: number
}

/**
 * Makes an integration, its account and its role where they are new. A new role has the default privileges and those
 * asked for; one that exists keeps its own and gains those asked for, for every integration that runs as it. One that has
 * the name is in the way unless `mode` says otherwise: `ifNotExists` leaves it as it is; `orReplace` puts the new one in
 * its place, ends its tokens, and gives it another endpoint id unless `keepEndpointId` is said.
 * @throws {ScimError} 400 invalidValue; 409 uniqueness when the name is taken; 409 where a replacement would leave objects
 *   that no integration can change, as when one is dropped.
 */
export async function createIntegration(
  context: AdminContext,
  input: IntegrationInput | Json,
): Promise<MadeIntegration> {
  const wanted = parseInput(newIntegration, input)
  const { db, now, trail } = context
  trail.about('INTEGRATION', wanted.name, wanted.name)
  const isLost = (error: unknown) => error instanceof ConditionsFailed && !isSettled(wanted, error)
  return retryLostRaces(async () => {
    const before = wanted.mode && (await findIntegration(context, wanted.name))
    if (before && wanted.mode === 'ifNotExists') {
      return { ...presentIntegration(before.integration, before.provisioner, now), outcome: 'unchanged' as const }
    }
    if (before && before.integration.role !== wanted.role) {
      const act = `replace integration "${wanted.name}" by one that runs as "${wanted.role}"`
      await requireUnfrozen(context, before.integration, act)
    }
    const [policy, settings] = await Promise.all([loadNewPolicy(context, wanted), getAccount(db, context.account)])
    const copies = { networkPolicy: toCopy(policy), separateUserNames: settings?.separateUserNames }
    const integration: Integration = { ...toIntegration(context, wanted, before?.integration), ...copies }
    const role = await planRole(context, toWish(wanted), before?.integration)
    const creation = { integration, before, role, policy }
    const made = presentCreation(creation, now)
    const changes = [...(made.changes ?? changesBetween(undefined, toSettings(presentNew(creation, now))))]
    const put = (event: RestEvent) => putNewIntegration(db, creation, now, event)
    await trail.record({ status: made.outcome === 'replaced' ? 200 : 201, changes }, put).catch(explain(wanted))
    return made
  }, isLost)
}

const presentNew = ({ integration, role }: Creation, now: Date) => presentIntegration(integration, role.after, now)

function presentCreation(creation: Creation, now: Date): MadeIntegration {
  const view = presentNew(creation, now)
  const { before } = creation
  if (!before) return { ...view, outcome: 'created' }
  const earlier = presentIntegration(before.integration, before.provisioner, now)
  const changes = changesBetween(toSettings(earlier), toSettings(view))
  return { ...view, outcome: 'replaced', changes, endedTokens: liveTokens(before.integration, now).length }
}

function toIntegration(
  { account, actor, now }: AdminContext,
  wanted: NewIntegration,
  before: Integration | undefined,
): Integration {
  const { privileges: _, defaultPrivileges: _default, monitorUsers: _users, monitorRoles: _roles, ...rest } = wanted
  const { mode: _mode, keepEndpointId, networkPolicy: _policy, ...settings } = rest
  const endpointId = (keepEndpointId && before?.endpointId) || randomUUID()
  const made = { endpointId, createdAt: now.toISOString(), createdBy: actor }
  return { account, ...settings, ...made, version: (before?.version ?? 0) + 1, tokens: {} }
}

function toWish({ role, privileges, defaultPrivileges, monitorUsers, monitorRoles }: NewIntegration) {
  const grant: Privilege[] = [...privileges]
  if (monitorUsers) grant.push('monitorUser')
  if (monitorRoles) grant.push('monitorRole')
  return { role, grant, anyway: defaultPrivileges ? CREATE_PRIVILEGES : [] }
}

/** What no repetition would change: a name that is taken is so for good, unless a mode says what to do then. */
const isSettled = ({ mode }: NewIntegration, { failures }: ConditionsFailed): boolean =>
  failures.has('roleName') || (failures.has('integration') && mode === undefined)

const explain =
  (wanted: NewIntegration) =>
  (error: unknown): never => {
    const isTaken = error instanceof ConditionsFailed && error.failures.has('integration') && isSettled(wanted, error)
    if (isTaken) {
      throw uniqueness(
        `An integration "${wanted.name}" exists: choose another name, or say whether to replace it (--or-replace, in the API mode orReplace) or to leave it as it is (--if-not-exists, ifNotExists)`,
      )
    }
    throw explainRole(wanted.role, error)
  }
