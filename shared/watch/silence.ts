import { DAY_MS } from '../auth/span.ts'
import { commandFor } from '../resources/command-for.ts'
import type { Integration } from '../store/integrations.ts'
import { type Notice, putNotice } from '../store/notices.ts'
import { getTokensOf } from '../store/tokens.ts'
import type { AccountWatch } from './account.ts'
import { toNoticeEvent } from './notice-event.ts'

/** Since when an integration is silent, and how. */
export interface Silence {
  /** Epoch milliseconds. */
  since: number
  /** Whether it was heard of at all. */
  wasHeard: boolean
}

/**
 * Tells once of each silence: of an integration that was heard of, or that has had a token or an OAuth client, for as
 * many days as it says; 0 is never. Whoever is disabled is silent on purpose. @returns the whole days of silence; undefined where nobody is awaited.
 */
export async function tellSilent(watch: AccountWatch, integration: Integration): Promise<number | undefined> {
  const { db, now, told } = watch
  const silence = integration.enabled ? await silenceOf(watch, integration) : undefined
  if (!silence) return undefined
  const days = Math.floor((now.getTime() - silence.since) / DAY_MS)
  const { account, name } = integration
  const tells = new Date(silence.since).toISOString()
  const notice: Notice = { account, subject: `integration-silent#${name}`, tells }
  const isTold = told.get(notice.subject) === notice.tells
  if (isTooLong(days, integration) && !isTold) {
    await putNotice(db, notice, toNoticeEvent(notice, toTold(integration, days, silence), now))
  }
  return days
}

/** Whether it is silent for as many whole days as it says; 0 is never. */
export const isTooLong = (days = 0, { silentAfterDays }: Pick<Integration, 'silentAfterDays'>): boolean =>
  silentAfterDays > 0 && days >= silentAfterDays

/** Uses are known since the account is watched: who was not heard of since then may have been before. */
export async function silenceOf(
  { db, uses, watchedSince }: Pick<AccountWatch, 'db' | 'uses' | 'watchedSince'>,
  integration: Integration,
): Promise<Silence | undefined> {
  const own = uses.filter((use) => use.integration === integration.name)
  if (own.length > 0) return { since: Math.max(...own.map(({ lastUsedAt }) => Date.parse(lastUsedAt))), wasHeard: true }
  const [first] = await getTokensOf(db, integration)
  const begun = first?.createdAt ?? (integration.oauthClient ? Date.parse(integration.createdAt) : undefined)
  return begun === undefined ? undefined : { since: Math.max(begun, watchedSince), wasHeard: false }
}

function toTold({ account, name }: Integration, days: number, { since, wasHeard }: Silence) {
  const last = new Date(since).toISOString()
  const what = wasHeard ? `no request since ${last}` : `no request yet, awaited since ${last}`
  return {
    ...({ kind: 'integration-silent', resourceDomain: 'INTEGRATION', resourceId: name, resourceName: name } as const),
    detail: `The integration ${name} is silent for ${days} days: ${what}`,
    advice: commandFor(account, `token list ${name}`),
  }
}
