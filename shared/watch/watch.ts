import { listAccounts } from '../store/accounts.ts'
import { mapConcurrently } from '../store/batch.ts'
import type { Db } from '../store/client.ts'
import { type Measure, watchAccount } from './account.ts'

/** Who hears of what a look finds, and of accounts that could not be looked at. */
export interface Watcher {
  measure: Measure
  report(error: unknown): void
}

/** Accounts that are looked at together. */
const PARALLEL = 8

/** Looks at every account; one that fails keeps no other from being looked at. */
export async function watchAll(db: Db, now: Date, { measure, report }: Watcher): Promise<void> {
  const accounts = await listAccounts(db, Number.POSITIVE_INFINITY)
  await mapConcurrently(accounts, PARALLEL, (account) => watchAccount(db, account, now, measure).catch(report))
}
