import { isDeepStrictEqual } from 'node:util'
import { getAccount } from '../store/accounts.ts'
import { mapConcurrently } from '../store/batch.ts'
import { putIntegrationCopy } from '../store/integration-change.ts'
import { getIntegrations, type Integration } from '../store/integrations.ts'
import { type PolicyUse, toCopy } from '../store/policy-use.ts'
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
  const copyOf = currentCopies(context)
  const changed = await mapConcurrently(all.filter(concerned), PARALLEL, async (integration) =>
    (await copyOf(integration)).isGot ? undefined : refresh(context, integration.name),
  )
  return changed.filter((name) => name !== undefined)
}

/** Whether an integration has lists from before there were policies, which are its own. */
const isOwnList = ({ networkPolicy }: Integration): boolean => networkPolicy !== undefined && !networkPolicy.name

/** The name of the policy that is attached to the integration itself. */
export const ownPolicyName = ({ networkPolicy }: Integration): string | undefined =>
  networkPolicy?.inherited ? undefined : networkPolicy?.name

/** What an integration is to have a copy of, and whether it has. */
interface CurrentCopy {
  policy: PolicyUse
  copied: Pick<Integration, 'networkPolicy' | 'separateUserNames'>
  isGot: boolean
}

/** Reads the account's settings and each policy once, however many integrations are asked for. */
function currentCopies(context: AdminContext): (integration: Integration) => Promise<CurrentCopy> {
  let settings: ReturnType<typeof getAccount> | undefined
  const policies = new Map<string | undefined, Promise<PolicyUse>>()
  const policyOf = (own: string | undefined) => {
    const policy =
      policies.get(own) ?? (own === undefined ? loadInheritedPolicy(context) : loadHeldPolicy(context, own))
    policies.set(own, policy)
    return policy
  }
  return async (integration) => {
    settings ??= getAccount(context.db, context.account)
    const [policy, account] = await Promise.all([policyOf(ownPolicyName(integration)), settings])
    const networkPolicy = isOwnList(integration) ? integration.networkPolicy : toCopy(policy)
    const separateUserNames = account?.separateUserNames ?? false
    const isSo = separateUserNames === (integration.separateUserNames ?? false)
    const isGot = isSo && isDeepStrictEqual(networkPolicy, integration.networkPolicy)
    return { policy, copied: { networkPolicy, separateUserNames }, isGot }
  }
}

/** The name of an integration that got another copy. */
function refresh(context: AdminContext, name: string): Promise<string | undefined> {
  return retryLostRaces(async () => {
    const found = await findIntegration(context, name)
    if (!found) return undefined
    const { integration, provisioner } = found
    const { policy, copied, isGot } = await currentCopies(context)(integration)
    if (isGot) return undefined
    const after = { ...integration, ...copied, version: integration.version + 1 }
    await putIntegrationCopy(context.db, after, provisioner, context.now, policy)
    return name
  })
}
