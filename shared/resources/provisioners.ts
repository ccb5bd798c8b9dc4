import { changesBetween } from '../audit/changes.ts'
import type { Change, RestEvent } from '../audit/rest-event.ts'
import type { Attributes, Json } from '../scim/schema.ts'
import { putRoleChange, tokensShowing } from '../store/integration-change.ts'
import { getIntegrations, type Integration } from '../store/integrations.ts'
import { getProvisioner, getProvisioners, type Provisioner } from '../store/provisioners.ts'
import type { AdminContext } from './admin-context.ts'
import { objectName, roleName } from './integration-input.ts'
import { noSuchProvisioner, requireAccount } from './known-names.ts'
import { countOwned } from './owned-counts.ts'
import { parseInput } from './parse-input.ts'
import { type PrivilegeChange, privilegeChange } from './provisioner-input.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import { explainRole, isSame, planRole } from './role-plan.ts'
import type { OwnedCounts } from './say-owned.ts'

/** A provisioner role as admins see it. */
export interface ProvisionerView {
  role: string
  privileges: readonly string[]
  /** Those that run as it. */
  integrations: readonly string[]
  owns: OwnedCounts
  createdAt: string
  createdBy: string
}

/** A role after its privileges were changed. */
export interface ChangedProvisioner extends ProvisionerView {
  changes: readonly Change[]
  /** Whether there was none of the name. */
  isNew: boolean
  /** How many live tokens have them from now on. */
  tokens: number
}

/** Every provisioner role of the account, by name. @throws {ScimError} 404 when there is no such account. */
export async function listProvisioners({ db, account, trail }: AdminContext): Promise<ProvisionerView[]> {
  trail.about('PROVISIONER')
  const [roles, integrations] = await Promise.all([getProvisioners(db, account), getIntegrations(db, account)])
  if (roles.length === 0) await requireAccount({ db, account })
  const owned = await Promise.all(roles.map(({ role }) => countOwned(db, account, role)))
  return roles.map((role, i) => presentProvisioner(role, integrations, owned[i] ?? { users: 0, roles: 0 }))
}

/** One provisioner role. @throws {ScimError} 404 naming those there are. */
export async function describeProvisioner(context: AdminContext, name: string): Promise<ProvisionerView> {
  return (await requireProvisioner(context, name)).view
}

/** The same with the role as it is stored. @throws {ScimError} 404. */
export async function requireProvisioner(context: AdminContext, name: string) {
  const { db, account, trail } = context
  const { data: role } = objectName.safeParse(name)
  const stored = role && (await getProvisioner(db, account, role))
  if (!stored) throw await noSuchProvisioner(context, name)
  trail.about('PROVISIONER', stored.role, stored.role)
  return { stored, view: await loadView(context, stored) }
}

async function loadView({ db, account }: AdminContext, role: Provisioner): Promise<ProvisionerView> {
  const [integrations, owns] = await Promise.all([getIntegrations(db, account), countOwned(db, account, role.role)])
  return presentProvisioner(role, integrations, owns)
}

/**
 * Gives a role privileges and takes them away, for every integration that runs as it, down to the live tokens; makes the
 * role where it is new, with what is granted and nothing else. What it has or lacks already is no change.
 * @throws {ScimError} 400 invalidValue; 404 when there is no role to take from; 409 when too many live tokens share it.
 */
export async function changeProvisioner(
  context: AdminContext,
  name: string,
  input: PrivilegeChange | Json,
): Promise<ChangedProvisioner> {
  const { db, account, now, trail } = context
  const { grant, revoke } = parseInput(privilegeChange, input)
  const role = parseInput(roleName, name)
  trail.about('PROVISIONER', role, role)
  return retryLostRaces(async () => {
    const plan = await planRole(context, { role, grant, revoke, anyway: [] })
    const { before, after } = plan
    if (!before && grant.length === 0) throw await noSuchProvisioner(context, role)
    const changes = changesBetween(before && toSettings(before), toSettings(after))
    const view = await loadView(context, after)
    const changed = { ...view, changes, isNew: before === undefined, tokens: tokensShowing(plan, now) }
    if (before && isSame(before.privileges, after.privileges)) return changed
    const put = (event: RestEvent) => putRoleChange(db, account, plan, now, event)
    await trail.record({ status: before ? 200 : 201, changes }, put).catch((error: unknown) => {
      throw explainRole(role, error)
    })
    return changed
  })
}

function presentProvisioner(
  { role, privileges, createdAt, createdBy }: Provisioner,
  integrations: readonly Integration[],
  owns: OwnedCounts,
): ProvisionerView {
  const own = integrations.filter((integration) => integration.role === role)
  return { role, privileges, integrations: own.map(({ name }) => name), owns, createdAt, createdBy }
}

/** What an event compares. */
export const toSettings = ({ role, privileges }: Provisioner): Attributes => ({ role, privileges: [...privileges] })
