import type { Db } from '../store/client.ts'
import { mayChange } from '../store/regions/fenced.ts'
import { goRound } from '../store/rounds.ts'
import { type Measure, watchAccount } from './account.ts'

/** Who hears of what a look finds, and of accounts that could not be looked at. */
export interface Watcher {
  measure: Measure
  report(error: unknown): void
}

/**
 * Looks at every account, or at as many as there is time for until `until`, in epoch milliseconds: the next look goes on
 * from there. One that fails keeps no other from being looked at. @returns how many accounts are left.
 */
export function watchAll(db: Db, now: Date, { measure, report }: Watcher, until: number): Promise<number> {
  return goRound(db, { name: 'watch', until, report }, async (timed, account) => {
    // Of several regions the primary one tells.
    if (await mayChange(timed, account)) await watchAccount(timed, account, now, measure)
  })
}
