import { changesBetween } from '../audit/changes.ts'
import type { Change, RestEvent } from '../audit/rest-event.ts'
import { alterBrake } from '../auth/brake.ts'
import { invalidValue } from '../scim/error.ts'
import type { Json } from '../scim/schema.ts'
import { putIntegrationChange } from '../store/integration-change.ts'
import type { Integration } from '../store/integrations.ts'
import type { AdminContext } from './admin-context.ts'
import { changeNetworkPolicy } from './change-network-policy.ts'
import { planClosing } from './closing.ts'
import { type IntegrationChange, integrationChange } from './integration-input.ts'
import { requireIntegration } from './integrations.ts'
import { parseInput } from './parse-input.ts'
import { type IntegrationView, presentIntegration, toSettings } from './present-integration.ts'
import { retryLostRaces } from './retry-lost-races.ts'

/** An integration after a change, and what the change did to it: nothing where everything was so already. */
export interface ChangedIntegration extends IntegrationView {
  changes: readonly Change[]
}

/**
 * Changes the settings that are named, in the integration and in its live tokens; whom they shut out is refused within
 * two seconds, of other settings the gateway may use what it has cached for up to a minute. Settings that have their value already are no change; lists are changed as they are found.
 * @throws {ScimError} 404; 400 invalidValue.
 */
export async function changeIntegration(
  context: AdminContext,
  name: string,
  input: IntegrationChange | Json,
): Promise<ChangedIntegration> {
  const { db, now, trail } = context
  const change = parseInput(integrationChange, input)
  return retryLostRaces(async () => {
    const { integration: before, provisioner } = await requireIntegration(context, name)
    const after = merge(before, change)
    const view = presentIntegration(after, provisioner, now)
    const changes = changesBetween(toSettings(presentIntegration(before, provisioner, now)), toSettings(view))
    if (changes.length === 0) return { ...view, changes }
    const closing = await planClosing(context, before, after)
    const put = (event: RestEvent) => putIntegrationChange(db, after, provisioner, now, event, closing)
    await trail.record({ status: 200, changes }, put)
    return { ...view, changes }
  })
}

function merge(before: Integration, change: ReturnType<typeof integrationChange.parse>): Integration {
  if (before.clientKind === 'AZURE' && change.syncPassword) {
    throw invalidValue('Cannot read syncPassword true: an AZURE integration has no passwords to sync')
  }
  const { networkPolicy, brake, ...replaced } = change
  const named = Object.entries(replaced).filter(([, value]) => value !== undefined)
  const settings = Object.fromEntries(named.map(([setting, value]) => [setting, value ?? undefined]))
  const policy = networkPolicy && { networkPolicy: changeNetworkPolicy(before.networkPolicy, networkPolicy) }
  return { ...before, ...settings, ...policy, brake: alterBrake(before.brake, brake), version: before.version + 1 }
}
