import { changesBetween } from '../audit/changes.ts'
import type { Change } from '../audit/rest-event.ts'
import { alterBrake } from '../auth/brake.ts'
import { alterUserDefaults } from '../auth/user-defaults.ts'
import { invalidValue } from '../scim/error.ts'
import type { Json } from '../scim/schema.ts'
import { putIntegrationChange } from '../store/integration-change.ts'
import type { Integration } from '../store/integrations.ts'
import { toCopy } from '../store/policy-use.ts'
import { getProvisioner, type Provisioner } from '../store/provisioners.ts'
import type { AdminContext } from './admin-context.ts'
import { transferAllCommand } from './advice.ts'
import { planClosing } from './closing.ts'
import { loadAttachedPolicy, loadInheritedPolicy } from './effective-policy.ts'
import { requireUnfrozen } from './freezing.ts'
import { type IntegrationChange, integrationChange } from './integration-input.ts'
import { requireIntegration } from './integrations.ts'
import { noSuchProvisioner } from './known-names.ts'
import { parseInput } from './parse-input.ts'
import { presentIntegration, toSettings } from './present-integration.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import { explainRole } from './role-plan.ts'
import { isNone, sayOwned } from './say-owned.ts'
import type { Holdings, IntegrationView } from './views/integration.ts'

/** An integration after a change, and what the change did to it: nothing where everything was so already. */
export interface ChangedIntegration extends IntegrationView {
  changes: readonly Change[]
  /** What stays as it was although it may have been expected to go along. */
  notice?: string
}

/**
 * Changes the settings that are named, in the integration and in its live tokens; whom they shut out is refused within two
 * seconds, of other settings the gateway may use what it has cached for up to a minute. Settings that have their value
 * already are no change.
 * An integration that runs as another role from now on leaves its objects with the one before, where another integration
 * runs as that one, or `leaveObjects` is said.
 * @throws {ScimError} 404, of the integration or of the role; 400 invalidValue; 409 where objects would be left that no
 *   integration can change.
 */
export async function changeIntegration(
  context: AdminContext,
  name: string,
  input: IntegrationChange | Json,
): Promise<ChangedIntegration> {
  const { db, now, trail } = context
  const change = parseInput(integrationChange, input)
  return retryLostRaces(async () => {
    const { integration: before, provisioner: from } = await requireIntegration(context, name)
    const policy = await loadPolicyChange(context, change.networkPolicy)
    const after = { ...merge(before, change), ...(policy && { networkPolicy: toCopy(policy) }) }
    const isMoved = after.role !== before.role
    const provisioner = isMoved ? await requireRole(context, after.role) : from
    const view = presentIntegration(after, provisioner, now)
    const changes = changesBetween(toSettings(presentIntegration(before, from, now)), toSettings(view))
    if (changes.length === 0) return { ...view, changes }
    const left = isMoved && !change.leaveObjects ? await requireMovable(context, before, after.role) : undefined
    const closing = await planClosing(context, before, after)
    const also = { policy, closing, from: isMoved ? from : undefined }
    await trail
      .record({ status: 200, changes }, (event) => putIntegrationChange(db, after, provisioner, now, event, also))
      .catch((error: unknown) => {
        throw explainRole(after.role, error)
      })
    return { ...view, changes, ...(left && noticeOf(context, left, from, after)) }
  })
}

/** The policy an integration gets by a change that names one, or takes its own away; nothing where the change does neither. */
async function loadPolicyChange(context: AdminContext, name: string | null | undefined) {
  if (name === undefined) return undefined
  return name === null ? loadInheritedPolicy(context) : loadAttachedPolicy(context, name)
}

async function requireRole(context: AdminContext, role: string): Promise<Provisioner> {
  const provisioner = await getProvisioner(context.db, context.account, role)
  if (!provisioner) throw await noSuchProvisioner(context, role)
  return provisioner
}

/** What an integration made belongs to the role that it ran as. @throws {ScimError} 409. */
const requireMovable = (context: AdminContext, integration: Integration, role: string): Promise<Holdings> =>
  requireUnfrozen(
    context,
    integration,
    `have integration "${integration.name}" run as "${role}"`,
    ', or with --transfer-objects in this command; or leave them with --leave-objects, in the API leaveObjects',
  )

/** Of objects that others still change. */
function noticeOf(
  { account }: AdminContext,
  { owns, sharedWith }: Holdings,
  { role: from }: Provisioner,
  { role: to }: Integration,
) {
  if (isNone(owns)) return {}
  const command = transferAllCommand(account, from, to)
  const kept = `Role ${from}, still that of ${sharedWith.join(', ')}, keeps ${sayOwned(owns)}`
  return { notice: `${kept}; to hand them over: ${command}` }
}

function merge(before: Integration, change: ReturnType<typeof integrationChange.parse>): Integration {
  const { networkPolicy: _, leaveObjects: _leave, brake, userDefaults, ...replaced } = change
  const named = Object.entries(replaced).filter(([, value]) => value !== undefined)
  const settings = Object.fromEntries(named.map(([setting, value]) => [setting, value ?? undefined]))
  const after = {
    ...{ ...before, ...settings, version: before.version + 1 },
    brake: alterBrake(before.brake, brake),
    userDefaults: alterUserDefaults(before.userDefaults, userDefaults),
  }
  if (after.clientKind === 'AZURE' && after.syncPassword) {
    throw invalidValue('Cannot read syncPassword true: an AZURE integration has no passwords to sync')
  }
  return after
}
