import { type Integration, liveTokens } from '../store/integrations.ts'
import type { Ending } from '../store/revoked.ts'
import type { TokenRecord } from '../store/token-record.ts'
import { type Closing, getTokensOf, oldestAccessToken } from '../store/tokens.ts'
import type { AdminContext } from './admin-context.ts'

const NOTHING: Closing = { closed: new Map(), readmitted: [] }

/**
 * Which live tokens and whose access tokens a change of settings shuts out, and which it lets in again; reads tokens where
 * it may be some.
 */
export async function planClosing(
  { db, now }: Pick<AdminContext, 'db' | 'now'>,
  before: Integration,
  after: Integration,
): Promise<Closing> {
  const { enabled, rejectTokensIssuedBefore, oauthClient } = before
  if (enabled === after.enabled && rejectTokensIssuedBefore === after.rejectTokensIssuedBefore) return NOTHING
  const live = new Set(liveTokens(before, now))
  const tokens = (await getTokensOf(db, before)).filter(({ tokenId }) => live.has(tokenId))
  const judged = tokens.map((token) => ({ id: token.tokenId, was: ofToken(token, before), is: ofToken(token, after) }))
  if (oauthClient) judged.push({ id: oauthClient, was: ofClient(before), is: ofClient(after) })
  return {
    closed: new Map(judged.flatMap(({ id, was, is }) => (is && !isSame(is, was) ? [[id, is] as const] : []))),
    readmitted: judged.flatMap(({ id, was, is }) => (was && !is ? [id] : [])),
  }
}

const isSame = (one: Ending, other: Ending | undefined): boolean =>
  one.reason === other?.reason && one.issuedBefore === other.issuedBefore

/** As the authorizer judges it. */
function ofToken({ createdAt }: TokenRecord, { enabled, rejectTokensIssuedBefore = 0 }: Integration) {
  return createdAt < rejectTokensIssuedBefore ? ({ reason: 'rejected' } as const) : unlessEnabled(enabled)
}

/** Of access tokens nobody has a list: their client stands for those that were made before an instant, or for all. */
function ofClient(integration: Integration): Ending | undefined {
  const issuedBefore = oldestAccessToken(integration)
  return (
    unlessEnabled(integration.enabled) ??
    (issuedBefore === undefined ? undefined : { reason: 'rejected', issuedBefore })
  )
}

const unlessEnabled = (enabled: boolean): Ending | undefined => (enabled ? undefined : { reason: 'disabled' })
