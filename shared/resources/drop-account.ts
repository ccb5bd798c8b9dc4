import { changesBetween } from '../audit/changes.ts'
import { DEFAULT_ACCOUNT } from '../auth/account.ts'
import { invalidValue, ScimError } from '../scim/error.ts'
import { deleteAccount, TooMuchLeft } from '../store/account-change.ts'
import { type Head, listHeads } from '../store/groups/heads.ts'
import { getNetworkPolicies } from '../store/network-policies.ts'
import { getProvisioners } from '../store/provisioners.ts'
import { type AccountDetails, describeAccount, requireSettings, toSettings } from './accounts.ts'
import type { AdminContext } from './admin-context.ts'
import { requireQuiet } from './drop-provisioner.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import { isNone, sayOwned } from './say-owned.ts'

/**
 * Takes the context's account away: one without integration, user or role. Its provisioner roles and network policies go
 * with it; its event history stays for the retention.
 * @throws {ScimError} 404; 400 of the default account; 409 saying what is in it, or when requests may still be running or
 * changes are not finished: nobody looks for the work of an account that is gone.
 */
export async function dropAccount(context: AdminContext): Promise<void> {
  const { db, account, now, trail } = context
  if (account === DEFAULT_ACCOUNT) throw invalidValue(`Cannot drop account "${account}": it is always there`)
  await retryLostRaces(
    async () => {
      const settings = await requireSettings(context)
      requireEmpty(await describeAccount(context))
      // After it is known to be empty: what took the last object away is a head by then, until it is finished.
      requireFinished(account, await listHeads(db, account))
      const [roles, policies] = await Promise.all([getProvisioners(db, account), getNetworkPolicies(db, account)])
      for (const role of roles) requireQuiet(role, now)
      const outcome = { status: 204, changes: changesBetween(toSettings(settings), undefined) }
      const put = trail.record(outcome, (event) => deleteAccount(db, settings, { roles, policies }, event))
      await put.catch((error: unknown) => {
        throw error instanceof TooMuchLeft ? tooMuchLeft(account) : error
      })
    },
    undefined,
    'account',
  )
}

function requireEmpty({ account, integrations, ...counts }: AccountDetails): void {
  if (integrations.length === 0 && isNone(counts)) return
  const held = [...(integrations.length > 0 ? [`integrations (${integrations.join(', ')})`] : []), sayOwned(counts)]
  throw conflict(account, `there are ${held.join(', ')} in it; drop these first`)
}

function requireFinished(account: string, { length }: readonly Head[]): void {
  if (length === 0) return
  const open = length === 1 ? '1 change in it is' : `${length} changes in it are`
  throw conflict(account, `${open} not finished yet (a deletion, or a change of many members); retry in a minute`)
}

const tooMuchLeft = (account: string) =>
  conflict(account, 'it has too many provisioner roles and network policies for one transaction; drop some first')

const conflict = (account: string, why: string) =>
  new ScimError(409, undefined, `Cannot drop account "${account}": ${why}`)
