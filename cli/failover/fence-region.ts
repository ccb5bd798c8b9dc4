import { Failure } from '../failure.ts'
import type { Moved } from './move-account.ts'
import { isReachable, reachableOf } from './reachable.ts'
import { locked, putHeld } from './run.ts'
import { type Operation, othersOf, siteOf } from './sites.ts'
import { accountsIn, standingOf } from './standing.ts'

/**
 * Puts into all tables that answer what the newest fences say: for a region that came back, or that its clients still reach.
 * @throws {Failure} where it is primary of all accounts, or nobody knows what to put.
 */
export async function fenceRegion(operation: Operation, name: string): Promise<Moved[]> {
  const { sites } = operation
  const site = siteOf(sites, name)
  if (!(await isReachable(site))) throw new Failure(`The table of ${name} does not answer: it cannot be fenced`)
  const asked = [site, ...(await reachableOf(othersOf(sites, name)))]
  return locked(operation, asked, async (run) => {
    const fenced: Moved[] = []
    for (const account of await accountsIn(asked, undefined)) {
      const { fence, top, whole } = await standingOf(sites, asked, account)
      const { primary, draining, to, epoch } = fence
      if (primary === name || epoch === 0) continue
      if (primary === undefined)
        throw new Failure(
          `The account "${account}" is handed over from ${draining} to ${to}, and no region takes changes: end that first, with rolecall failover promote ${to} --planned`,
        )
      for (const one of asked) if (!whole.has(one)) await putHeld(run, one, account, fence, top)
      fenced.push({ account, from: name, epoch })
      run.tell(`account ${account}: ${name} takes no changes, ${primary} is primary`)
    }
    if (fenced.length === 0) throw new Failure(`No account has another primary region than ${name}`)
    return fenced
  })
}
