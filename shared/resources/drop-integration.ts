import { changesBetween } from '../audit/changes.ts'
import { ScimError } from '../scim/error.ts'
import { deleteIntegration } from '../store/integration-change.ts'
import { getIntegrations, type Integration, liveTokens } from '../store/integrations.ts'
import type { AdminContext } from './admin-context.ts'
import { requireIntegration } from './integrations.ts'
import { countOwned } from './owned-counts.ts'
import { presentIntegration, toSettings } from './present-integration.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import { isNone, type OwnedCounts, sayOwned } from './say-owned.ts'

/** What went with an integration, and what stays. */
export interface DroppedIntegration {
  name: string
  role: string
  endedTokens: number
  /** What its role owns, which others that run as the role go on with. */
  owns: OwnedCounts
  /** The other integrations that run as the role. */
  sharedWith: readonly string[]
}

/**
 * Takes an integration away and ends its tokens, in one transaction. Its role stays, with its privileges.
 * @throws {ScimError} 404; 409 while the role owns objects and no other integration runs as it, since then nobody could
 *   change them: says how many, and how they are handed over.
 */
export async function dropIntegration(
  context: AdminContext,
  name: string,
  { isDryRun = false } = {},
): Promise<DroppedIntegration> {
  const { db, account, now, trail } = context
  return retryLostRaces(async () => {
    const { integration, provisioner } = await requireIntegration(context, name)
    const [owns, sharedWith] = await Promise.all([
      countOwned(db, account, integration.role),
      listSharing(context, integration),
    ])
    if (!isNone(owns) && sharedWith.length === 0) throw wouldFreeze(integration, owns)
    const endedTokens = liveTokens(integration, now).length
    const dropped = { name: integration.name, role: integration.role, endedTokens, owns, sharedWith }
    if (isDryRun) return dropped
    const changes = changesBetween(toSettings(presentIntegration(integration, provisioner, now)), undefined)
    const put = (event: Parameters<typeof deleteIntegration>[4]) =>
      deleteIntegration(db, integration, provisioner, now, event)
    await trail.record({ status: 200, changes }, put)
    return dropped
  })
}

async function listSharing({ db, account }: AdminContext, { name, role }: Integration): Promise<string[]> {
  const all = await getIntegrations(db, account)
  return all.filter((other) => other.role === role && other.name !== name).map((other) => other.name)
}

function wouldFreeze({ name, role }: Integration, owns: OwnedCounts): ScimError {
  const detail = `Cannot drop integration "${name}": its role "${role}" owns ${sayOwned(owns)}, and no other integration runs as it, so that no identity provider could change them any more; hand them over first: rolecall ownership transfer --owned-by ${role} --to ROLE`
  return new ScimError(409, undefined, detail)
}
