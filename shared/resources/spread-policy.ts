import { isDeepStrictEqual } from 'node:util'
import { getAccount } from '../store/accounts.ts'
import { mapConcurrently } from '../store/batch.ts'
import { putIntegrationCopy } from '../store/integration-change.ts'
import { getIntegrations, type Integration } from '../store/integrations.ts'
import { toCopy } from '../store/policy-use.ts'
import type { AdminContext } from './admin-context.ts'
import { loadHeldPolicy, loadInheritedPolicy } from './effective-policy.ts'
import { findIntegration } from './integrations.ts'
import { retryLostRaces } from './retry-lost-races.ts'

/** Integrations that get their copies at once, each by a transaction of its own. */
const PARALLEL = 8

/**
 * Gives integrations, and so their tokens, the policies and settings of the account that hold for them now: those of
 * `concerned` that have not got them yet. Whatever ends it midway, the same may be asked for again and goes on from there.
 * @returns the names of those that got another copy.
 */
export async function spreadPolicies(
  context: AdminContext,
  concerned: (integration: Integration) => boolean,
): Promise<string[]> {
  const all = await getIntegrations(context.db, context.account)
  const names = all.filter(concerned).map(({ name }) => name)
  const changed = await mapConcurrently(names, PARALLEL, (name) => refresh(context, name))
  return names.filter((_, i) => changed[i])
}

/** Whether an integration has lists from before there were policies, which are its own. */
const isOwnList = ({ networkPolicy }: Integration): boolean => networkPolicy !== undefined && !networkPolicy.name

/** The name of the policy that is attached to the integration itself. */
export const ownPolicyName = ({ networkPolicy }: Integration): string | undefined =>
  networkPolicy?.inherited ? undefined : networkPolicy?.name

async function refresh(context: AdminContext, name: string): Promise<boolean> {
  return retryLostRaces(async () => {
    const [found, settings] = await Promise.all([
      findIntegration(context, name),
      getAccount(context.db, context.account),
    ])
    if (!found) return false
    const { integration, provisioner } = found
    const own = ownPolicyName(integration)
    const policy = await (own === undefined ? loadInheritedPolicy(context) : loadHeldPolicy(context, own))
    const networkPolicy = isOwnList(integration) ? integration.networkPolicy : toCopy(policy)
    const separateUserNames = settings?.separateUserNames ?? false
    const isSo = separateUserNames === (integration.separateUserNames ?? false)
    if (isSo && isDeepStrictEqual(networkPolicy, integration.networkPolicy)) return false
    const after = { ...integration, networkPolicy, separateUserNames, version: integration.version + 1 }
    await putIntegrationCopy(context.db, after, provisioner, context.now, policy)
    return true
  })
}
