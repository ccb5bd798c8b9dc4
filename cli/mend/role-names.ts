import { releaseRoleNameAction, reserveNameAction } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { getIntegrations } from '../../shared/store/integrations.ts'
import { absentProvisionerAction, checkProvisionerAction, getProvisioner } from '../../shared/store/provisioners.ts'
import type { Actions } from '../../shared/store/transaction.ts'

/**
 * Keeps the name of a provisioner role from groups where that is there, and gives it free where it is not, unless an integration is to
 * run as it.
 */
export async function mendRoleName(
  db: Db,
  account: string,
  role: string,
  commit: (actions: Actions) => Promise<void>,
): Promise<void> {
  const provisioner = await getProvisioner(db, account, role)
  if (provisioner) {
    const isThere = checkProvisionerAction(account, provisioner)
    return commit({ isThere, roleName: reserveNameAction(account, role) })
  }
  if ((await getIntegrations(db, account)).some((integration) => integration.role === role)) return
  await commit({ role: absentProvisionerAction(account, role), roleName: releaseRoleNameAction(account, role) })
}
