import { ADMIN_OWNER } from '../auth/principal.ts'
import { forbidden } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { nameOf } from '../store/claims.ts'
import type { Db } from '../store/client.ts'
import { getIntegrations } from '../store/integrations.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { transferCommand } from './advice.ts'

/**
 * Administrators change what a provisioner role owns unless an integration that runs as the role forbids it
 * (`localChanges`). @throws {ScimError} 403 naming the integration and its setting.
 */
export async function requireLocalChanges(db: Db, account: string, resource: StoredResource): Promise<void> {
  const { type, id, owner } = resource
  if (owner === ADMIN_OWNER) return
  const integrations = await getIntegrations(db, account)
  const refusing = integrations.find(({ role, localChanges }) => role === owner && localChanges === 'refuse')
  if (!refusing) return
  const command = transferCommand(account, { type, id, name: nameOf(resource) }, ADMIN_OWNER)
  throw forbidden(
    `Cannot change ${type.name} ${quote(id)}: it belongs to role ${quote(owner)}, and the setting localChanges of integration ${quote(refusing.name)} is "refuse"; to take it over: ${command}`,
  )
}
