import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { PRIVILEGES, type Privilege } from '../../shared/auth/privileges.ts'
import { reserveNameAction } from '../../shared/store/claims.ts'
import { putEventAction } from '../../shared/store/events/write.ts'
import { getIntegrations, type Integration } from '../../shared/store/integrations.ts'
import { getProvisioner, putProvisionerAction } from '../../shared/store/provisioners.ts'
import { ConditionsFailed, transact } from '../../shared/store/transaction.ts'
import { toRepairEvent } from './commit-plan.ts'
import type { Repair, Repaired } from './repaired.ts'

/** Provisioner roles that did not arrive, of integrations that did: nobody can do anything with such an integration. */
export async function repairRoles(repair: Repair): Promise<void> {
  const { db, account } = repair.place
  for (const integration of await getIntegrations(db, account)) {
    if (await getProvisioner(db, account, integration.role)) continue
    const row = await repairRole(repair, integration)
    if (row) repair.rows.push(row)
  }
}

async function repairRole(repair: Repair, { name, role, createdAt, createdBy }: Integration) {
  const { db, account } = repair.place
  const about = { account, type: 'PROVISIONER', id: role, name: role }
  const privileges = privilegesOf(repair, name, role)
  const lacks = `integration ${name} runs as it, and it did not arrive`
  if (!privileges)
    return { ...about, what: 'left', says: `${lacks}; the history does not say its privileges` } satisfies Repaired
  const says = `${lacks}: it has the privileges ${privileges.join(', ') || '(none)'}`
  const row = { ...about, what: 'made again', says } satisfies Repaired
  if (repair.isDryRun) return row
  const subject = { resourceDomain: 'PROVISIONER', resourceId: role, resourceName: role }
  const changes = [{ attribute: 'privileges', after: privileges }]
  const detail = `Repaired after a failover, made again: ${says}`
  const event = toRepairEvent(repair.place, subject, { detail, changes })
  const actions = {
    role: putProvisionerAction(account, { role, privileges, createdAt, createdBy, version: 1 }),
    roleName: reserveNameAction(account, role),
    event: putEventAction(db, event),
  }
  return transact(db, actions, event.eventId).then(
    () => row,
    (error: unknown) => {
      if (!(error instanceof ConditionsFailed)) throw error
      return undefined
    },
  )
}

/** What the last change of a role, or of an integration that was to run as it, said of its privileges. */
function privilegesOf({ histories }: Repair, integration: string, role: string): Privilege[] | undefined {
  const told = [histories.get(role) ?? [], histories.get(integration) ?? []].flat()
  const changes = told.flatMap(({ event }) => (isAbout(event) ? (event.changes ?? []) : []))
  const last = changes.findLast(({ attribute, after }) => attribute === 'privileges' && Array.isArray(after))?.after
  return Array.isArray(last) ? PRIVILEGES.filter((one) => last.includes(one)) : undefined
}

const isAbout = ({ resourceDomain }: RestEvent): boolean =>
  resourceDomain === 'PROVISIONER' || resourceDomain === 'INTEGRATION'
