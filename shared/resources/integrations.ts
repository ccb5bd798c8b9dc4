import { randomUUID } from 'node:crypto'
import type * as z from 'zod/mini'
import { changesBetween } from '../audit/changes.ts'
import type { RestEvent } from '../audit/rest-event.ts'
import { CREATE_PRIVILEGES, type Privilege } from '../auth/privileges.ts'
import { ScimError, uniqueness } from '../scim/error.ts'
import type { Json } from '../scim/schema.ts'
import {
  IntegrationExists,
  putNewIntegration,
  type RoleChange,
  RoleNameTaken,
  TooManyTokens,
} from '../store/integration-change.ts'
import { getIntegration, getIntegrations, type Integration } from '../store/integrations.ts'
import { getProvisioner, getProvisioners, type Provisioner } from '../store/provisioners.ts'
import type { AdminContext } from './admin-context.ts'
import { type IntegrationInput, newIntegration, objectName } from './integration-input.ts'
import { noSuchIntegration, requireAccount } from './known-names.ts'
import { parseInput } from './parse-input.ts'
import { type IntegrationView, presentIntegration, toSettings } from './present-integration.ts'
import { retryLostRaces } from './retry-lost-races.ts'

export { ensureAccount } from '../store/accounts.ts'

type NewIntegration = z.output<typeof newIntegration>

/**
 * Makes an integration, its account and its role where they are new. A new role has the default privileges and those
 * asked for; one that exists keeps its own and gains those asked for, for every integration that runs as it.
 * @throws {ScimError} 400 invalidValue; 409 uniqueness when the name is taken.
 */
export async function createIntegration(
  context: AdminContext,
  input: IntegrationInput | Json,
): Promise<IntegrationView> {
  const wanted = parseInput(newIntegration, input)
  const { db, now, trail } = context
  trail.about('INTEGRATION', wanted.name, wanted.name)
  const integration = toIntegration(context, wanted)
  return retryLostRaces(async () => {
    const role = await planRole(context, wanted)
    const made = presentIntegration(integration, role.after, now)
    const outcome = { status: 201, changes: changesBetween(undefined, toSettings(made)) }
    const put = (event: RestEvent) => putNewIntegration(db, integration, role.changes ? role : undefined, now, event)
    await trail.record(outcome, put).catch(explain(wanted))
    return made
  })
}

/** All integrations of the account, by name. @throws {ScimError} 404 when there is no such account. */
export async function listIntegrations({ db, account, now, trail }: AdminContext): Promise<IntegrationView[]> {
  trail.about('INTEGRATION')
  const [integrations, roles] = await Promise.all([getIntegrations(db, account), getProvisioners(db, account)])
  if (integrations.length === 0) await requireAccount({ db, account })
  const byName = new Map(roles.map((role) => [role.role, role]))
  return integrations.flatMap((integration) => {
    const role = byName.get(integration.role)
    return role ? [presentIntegration(integration, role, now)] : []
  })
}

/** One integration; its name may be given in small letters. @throws {ScimError} 404. */
export async function describeIntegration(context: AdminContext, name: string): Promise<IntegrationView> {
  const { integration, provisioner } = await requireIntegration(context, name)
  return presentIntegration(integration, provisioner, context.now)
}

/** An integration as it is stored, with its role. @throws {ScimError} 404. */
export async function requireIntegration({ db, account, trail }: AdminContext, name: string) {
  const { data: canonical } = objectName.safeParse(name)
  const integration = canonical && (await getIntegration(db, account, canonical))
  if (!integration) throw await noSuchIntegration({ db, account }, name)
  trail.about('INTEGRATION', integration.name, integration.name)
  const provisioner = await getProvisioner(db, account, integration.role)
  if (!provisioner) throw new Error(`The role of integration ${integration.name} is not stored`)
  return { integration, provisioner }
}

function toIntegration({ account, actor, now }: AdminContext, wanted: NewIntegration): Integration {
  const { privileges: _, defaultPrivileges: _default, monitorUsers: _users, monitorRoles: _roles, ...settings } = wanted
  const made = { endpointId: randomUUID(), createdAt: now.toISOString(), createdBy: actor }
  return { account, ...settings, ...made, version: 1, tokens: {} }
}

/** What becomes of the role: made, widened, or left as it is (`changes` false). */
async function planRole(context: AdminContext, wanted: NewIntegration): Promise<RoleChange & { changes: boolean }> {
  const { db, account, actor, now } = context
  const { role } = wanted
  const before = await getProvisioner(db, account, role)
  if (!before) {
    const privileges = askedFor(wanted, wanted.defaultPrivileges ? CREATE_PRIVILEGES : [])
    const after: Provisioner = { role, privileges, createdAt: now.toISOString(), createdBy: actor, version: 1 }
    return { after, sharedBy: [], changes: true }
  }
  const privileges = [...new Set([...before.privileges, ...askedFor(wanted, [])])]
  if (privileges.length === before.privileges.length) return { after: before, sharedBy: [], changes: false }
  const sharedBy = (await getIntegrations(db, account)).filter((other) => other.role === role)
  return { after: { ...before, privileges, version: before.version + 1 }, sharedBy, changes: true }
}

function askedFor(wanted: NewIntegration, anyway: readonly Privilege[]): Privilege[] {
  const asked = new Set([...anyway, ...wanted.privileges])
  if (wanted.monitorUsers) asked.add('monitorUser')
  if (wanted.monitorRoles) asked.add('monitorRole')
  return [...asked]
}

const explain =
  ({ name, role }: NewIntegration) =>
  (error: unknown): never => {
    if (error instanceof IntegrationExists) throw uniqueness(`An integration "${name}" exists: choose another name`)
    if (error instanceof RoleNameTaken) {
      throw uniqueness(`A group has the name of the role "${role}": rename or delete it, or choose another role`)
    }
    if (!(error instanceof TooManyTokens)) throw error
    throw new ScimError(
      409,
      undefined,
      `Too many live tokens share the role "${role}": revoke some, or use another role`,
    )
  }
