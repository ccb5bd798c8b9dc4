import { toLike } from '../auth/like.ts'
import { getIntegration, getIntegrations } from '../store/integrations.ts'
import { getProvisioner, getProvisioners } from '../store/provisioners.ts'
import type { AdminContext } from './admin-context.ts'
import { loadBrakeHour } from './brake/this-hour.ts'
import { objectName } from './integration-input.ts'
import { noSuchIntegration, requireAccount } from './known-names.ts'
import { countOwned } from './owned-counts.ts'
import { presentIntegration } from './present-integration.ts'
import type { DescribedIntegration, IntegrationView } from './views/integration.ts'

export { ensureAccount } from '../store/accounts.ts'
export { createIntegration } from './create-integration.ts'

/**
 * All integrations of the account by name, or those whose name is like a pattern (`%`, `_`).
 * @throws {ScimError} 404 when there is no such account.
 */
export async function listIntegrations(
  { db, account, now, trail }: AdminContext,
  { like = '%' }: { like?: string } = {},
): Promise<IntegrationView[]> {
  trail.about('INTEGRATION')
  const [integrations, roles] = await Promise.all([getIntegrations(db, account), getProvisioners(db, account)])
  if (integrations.length === 0) await requireAccount({ db, account })
  const isLike = toLike(like)
  const byName = new Map(roles.map((role) => [role.role, role]))
  return integrations.flatMap((integration) => {
    const role = byName.get(integration.role)
    return role && isLike(integration.name) ? [presentIntegration(integration, role, now)] : []
  })
}

/** One integration, and what is left of its brake; its name may be given in small letters. @throws {ScimError} 404. */
export async function describeIntegration(context: AdminContext, name: string): Promise<DescribedIntegration> {
  const { db, account, now } = context
  const { integration, provisioner } = await requireIntegration(context, name)
  const owned = countOwned(db, account, integration.role).then(({ users, roles }) => users + roles)
  const brakeHour = await loadBrakeHour(db, integration, owned, now)
  return { ...presentIntegration(integration, provisioner, now), ...(brakeHour && { brakeHour }) }
}

/** An integration as it is stored, with its role. @throws {ScimError} 404. */
export async function requireIntegration(context: AdminContext, name: string) {
  const { data: canonical } = objectName.safeParse(name)
  const found = canonical && (await findIntegration(context, canonical))
  if (!found) throw await noSuchIntegration(context, name)
  context.trail.about('INTEGRATION', found.integration.name, found.integration.name)
  return found
}

/** The same where there is one by the name, which is in capitals. */
export async function findIntegration({ db, account }: Pick<AdminContext, 'db' | 'account'>, name: string) {
  const integration = await getIntegration(db, account, name)
  if (!integration) return undefined
  const provisioner = await getProvisioner(db, account, integration.role)
  if (!provisioner) throw new Error(`The role of integration ${integration.name} is not stored`)
  return { integration, provisioner }
}
