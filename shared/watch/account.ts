import type { Db } from '../store/client.ts'
import { getIntegrations } from '../store/integrations.ts'
import { getTold, putNotice } from '../store/notices.ts'
import type { Use } from '../store/token-use.ts'
import { getUses } from '../store/token-uses.ts'
import { daysLeft, tellExpiring } from './expiring.ts'
import { isTooLong, tellSilent } from './silence.ts'

/** What a look at an account knows. */
export interface AccountWatch {
  db: Db
  now: Date
  /** What was told last of each thing. */
  told: ReadonlyMap<string, string>
  uses: readonly Use[]
  /** Epoch milliseconds. */
  watchedSince: number
}

/** Takes one figure of an integration. */
export type Measure = (
  name: 'DaysToTokenExpiry' | 'IntegrationSilentDays' | 'SilentIntegrations',
  value: number,
  of: { account: string; integration: string },
) => void

/** What is told of the account itself: since when it is watched. */
export const BEGINNING = 'watched-since'

/** Looks at one account: 3 read units for a small one, and what is to be told. Tells each thing once, also when two look at once. */
export async function watchAccount(db: Db, account: string, now: Date, measure: Measure): Promise<void> {
  const [integrations, uses, told] = await Promise.all([
    getIntegrations(db, account),
    getUses(db, account),
    getTold(db, account),
  ])
  const watch = { db, now, told, uses, watchedSince: await beginningOf(db, account, told, now) }
  for (const integration of integrations) {
    const of = { account, integration: integration.name }
    await tellExpiring(watch, integration)
    const silent = await tellSilent(watch, integration)
    const left = daysLeft(integration, now.getTime())
    if (silent !== undefined) measure('IntegrationSilentDays', silent, of)
    if (isTooLong(silent, integration)) measure('SilentIntegrations', 1, of)
    if (left !== undefined) measure('DaysToTokenExpiry', left, of)
  }
}

/** When the account was looked at first. */
async function beginningOf(db: Db, account: string, told: AccountWatch['told'], now: Date): Promise<number> {
  const known = told.get(BEGINNING)
  if (known !== undefined) return Date.parse(known)
  await putNotice(db, { account, subject: BEGINNING, tells: now.toISOString() })
  return now.getTime()
}
