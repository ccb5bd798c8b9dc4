import { DAY_MS } from '../auth/span.ts'
import { commandFor } from '../resources/command-for.ts'
import type { Integration } from '../store/integrations.ts'
import { type Notice, putNotice } from '../store/notices.ts'
import { getToken, type TokenRecord } from '../store/token-record.ts'
import type { AccountWatch } from './account.ts'
import { toNoticeEvent } from './notice-event.ts'

/** How many days before its end a token is told of, each time once. */
const WARN_DAYS = [1, 7, 30] as const

/** A token and the warning that its time calls for. */
interface Warning {
  tokenId: string
  expiresAt: number
  days: (typeof WARN_DAYS)[number]
}

/** The warnings that are due at `now`, in epoch milliseconds; of several the last one only. */
export function warningsOf({ tokens }: Pick<Integration, 'tokens'>, now: number): Warning[] {
  return Object.entries(tokens).flatMap(([tokenId, expiresAt]) => {
    const days = WARN_DAYS.find((bound) => expiresAt - now <= bound * DAY_MS)
    return days !== undefined && expiresAt > now ? [{ tokenId, expiresAt, days }] : []
  })
}

/**
 * Whole days until the first of an integration's live tokens ends: 0 once the last one has ended and nothing else lets it
 * in, until somebody issues another or switches it off. Undefined where it never had one, or may do without.
 */
export function daysLeft(
  { tokens, enabled, oauthClient }: Pick<Integration, 'tokens' | 'enabled' | 'oauthClient'>,
  now: number,
): number | undefined {
  const ends = Object.values(tokens)
  const live = ends.filter((expiresAt) => expiresAt > now)
  if (live.length > 0) return Math.floor((Math.min(...live) - now) / DAY_MS)
  return ends.length > 0 && enabled && !oauthClient ? 0 : undefined
}

/** Tells of the tokens of an integration that end soon; 1 read unit and 8 write units for each that is told of. */
export async function tellExpiring(watch: AccountWatch, integration: Integration): Promise<void> {
  const { db, now, told } = watch
  for (const warning of warningsOf(integration, now.getTime())) {
    const notice = toNotice(integration, warning)
    if (told.get(notice.subject) === notice.tells) continue
    const token = await getToken(db, warning.tokenId)
    if (!token || !outlived(token, warning)) continue
    await putNotice(db, notice, toNoticeEvent(notice, toTold(token, now), now))
  }
}

function toNotice({ account }: Integration, { tokenId, expiresAt, days }: Warning): Notice {
  const subject = `token-expires#${tokenId}#${days}`
  return { account, subject, tells: new Date(expiresAt).toISOString(), until: expiresAt }
}

/** One that was made for less time than that is no news. */
const outlived = ({ createdAt }: TokenRecord, { expiresAt, days }: Warning): boolean =>
  createdAt < expiresAt - days * DAY_MS

function toTold({ account, tokenId, name, integration, expiresAt, rotatedTo }: TokenRecord, now: Date) {
  const left = Math.ceil((expiresAt - now.getTime()) / DAY_MS)
  const when = `in ${left} ${left === 1 ? 'day' : 'days'}, at ${new Date(expiresAt).toISOString()}`
  const instead = rotatedTo === undefined ? '' : `; ${rotatedTo} replaces it`
  return {
    ...({ kind: 'token-expires', resourceDomain: 'TOKEN', resourceId: tokenId, resourceName: name } as const),
    detail: `The token of integration ${integration} expires ${when}${instead}`,
    advice: commandFor(account, rotatedTo === undefined ? `token rotate ${tokenId}` : `token list ${integration}`),
  }
}
