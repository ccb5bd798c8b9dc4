import { checkAll } from '../../shared/store/invariants/check.ts'
import { Failure } from '../failure.ts'
import type { Moved } from './move-account.ts'
import { type PromoteOptions, promotePlanned } from './promote.ts'
import { accountsOf, homeOf, type Operation, othersOf } from './sites.ts'

/**
 * Makes the first region primary again as planned, where nothing is broken in the one that it comes from: what is torn would
 * be moved with it. @throws {Failure}
 */
export async function failBack(operation: Operation, options: Omit<PromoteOptions, 'to'>): Promise<Moved[]> {
  const home = homeOf(operation.sites)
  for (const site of othersOf(operation.sites, home)) {
    const accounts = options.account === undefined ? await accountsOf(site) : [options.account]
    for (const account of accounts) {
      operation.progress(`account ${account} is checked in ${site.name}`)
      const [violation, ...more] = await checkAll(site.db, account)
      if (violation)
        throw new Failure(
          `${1 + more.length} findings in account "${account}" of ${site.name}, the first: ${violation.message}. Run rolecall failover repair first`,
        )
    }
  }
  return promotePlanned(operation, { ...options, to: home })
}
