import { changesBetween } from '../audit/changes.ts'
import { deleteIntegration } from '../store/integration-change.ts'
import { liveTokens } from '../store/integrations.ts'
import type { AdminContext } from './admin-context.ts'
import { requireUnfrozen } from './freezing.ts'
import { requireIntegration } from './integrations.ts'
import { presentIntegration, toSettings } from './present-integration.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import type { DroppedIntegration } from './views/integration.ts'

/**
 * Takes an integration away and ends its tokens, in one transaction. Its role stays, with its privileges.
 * @throws {ScimError} 404; 409 while the role owns objects and no other integration runs as it, since then nobody could
 *   change them: says how many, and how they are handed over.
 */
export async function dropIntegration(context: AdminContext, name: string): Promise<DroppedIntegration> {
  const { db, now, trail } = context
  return retryLostRaces(async () => {
    const { integration, provisioner } = await requireIntegration(context, name)
    const holdings = await requireUnfrozen(context, integration, `drop integration "${integration.name}"`)
    const { role, oauthClient } = integration
    const endedTokens = liveTokens(integration, now).length
    const dropped = { name: integration.name, role, endedTokens, ...(oauthClient && { oauthClient }), ...holdings }
    const changes = changesBetween(toSettings(presentIntegration(integration, provisioner, now)), undefined)
    const put = (event: Parameters<typeof deleteIntegration>[4]) =>
      deleteIntegration(db, integration, provisioner, now, event)
    await trail.record({ status: 200, changes }, put)
    return dropped
  })
}
