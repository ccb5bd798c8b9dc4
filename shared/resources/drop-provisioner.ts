import { changesBetween } from '../audit/changes.ts'
import type { RestEvent } from '../audit/rest-event.ts'
import { ScimError } from '../scim/error.ts'
import { deleteProvisioner } from '../store/integration-change.ts'
import type { Provisioner } from '../store/provisioners.ts'
import type { AdminContext } from './admin-context.ts'
import { transferAllCommand } from './advice.ts'
import { type ProvisionerView, requireProvisioner, toSettings } from './provisioners.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import { isNone, sayOwned } from './say-owned.ts'

/** How long requests may go on that the gateway let in when an integration ran as the role: its cache, and their time. */
export const STILL_RUNNING_MS = 120_000

/**
 * Takes a role away that no integration runs as and that owns nothing; groups may have its name from then on.
 * @throws {ScimError} 404; 409 saying what there is yet, or when requests as the role may still be running.
 */
export async function dropProvisioner(context: AdminContext, name: string): Promise<void> {
  const { db, account, now, trail } = context
  await retryLostRaces(async () => {
    const { stored, view } = await requireProvisioner(context, name)
    requireUnused(account, view)
    requireQuiet(stored, now)
    const outcome = { status: 204, changes: changesBetween(toSettings(stored), undefined) }
    await trail.record(outcome, (event: RestEvent) => deleteProvisioner(db, account, stored, event))
  })
}

function requireUnused(account: string, { role, integrations, owns }: ProvisionerView): void {
  if (integrations.length > 0) {
    throw conflict(
      role,
      `integrations run as it (${integrations.join(', ')}); drop them or give them another role first`,
    )
  }
  if (isNone(owns)) return
  throw conflict(role, `it owns ${sayOwned(owns)}; hand them over first: ${transferAllCommand(account, role)}`)
}

/** @throws {ScimError} 409 while an object may still be made that would belong to a role that is not there. */
export function requireQuiet({ role, releasedAt }: Provisioner, now: Date): void {
  if (releasedAt === undefined) return
  const quietAt = Date.parse(releasedAt) + STILL_RUNNING_MS
  if (now.getTime() >= quietAt) return
  const when = new Date(quietAt).toISOString()
  throw conflict(
    role,
    `an integration ran as it a moment ago, and its last requests may still run; retry after ${when}`,
  )
}

const conflict = (role: string, why: string) => new ScimError(409, undefined, `Cannot drop role "${role}": ${why}`)
