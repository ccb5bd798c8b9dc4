import { HOUR_MS, hourOf } from '../audit/chain/digest.ts'
import { keptSince } from '../audit/retention.ts'
import { getAccount } from '../store/accounts.ts'
import type { Db } from '../store/client.ts'

/** How long after an hour nothing of it is on its way any more: the last counts of refused tokens take ten minutes. */
export const SETTLED_MS = 15 * 60_000
/** How long after an hour its digest is made: the notary's minute of every hour (infra/digests.ts). */
const MADE_AFTER_MS = 20 * 60_000

/** Where a chain begins: with the account, or with what is still kept of it; nowhere without an account. */
export async function firstHourOf(db: Db, account: string, now: number): Promise<string | undefined> {
  const found = await getAccount(db, account)
  const since = Date.parse(found?.createdAt ?? '') || 0
  return found && hourOf(Math.max(since, keptSince(now, db.eventRetentionDays)))
}

/** When the first digest of an account is due. */
export async function firstDueOf(db: Db, account: string, now: number): Promise<string | undefined> {
  const hour = await firstHourOf(db, account, now)
  return hour && new Date(Date.parse(hour) + HOUR_MS + MADE_AFTER_MS).toISOString()
}
