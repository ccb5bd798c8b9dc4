import { type Integration, liveTokens } from '../store/integrations.ts'
import type { ClosedReason } from '../store/revoked.ts'
import type { TokenRecord } from '../store/token-record.ts'
import { type Closing, getTokensOf } from '../store/tokens.ts'
import type { AdminContext } from './admin-context.ts'

const NOTHING: Closing = { closed: new Map(), readmitted: [] }

/** Which live tokens a change of settings shuts out, and which it lets in again; reads them where it may be some. */
export async function planClosing(
  { db, now }: Pick<AdminContext, 'db' | 'now'>,
  before: Integration,
  after: Integration,
): Promise<Closing> {
  const { enabled, rejectTokensIssuedBefore } = before
  if (enabled === after.enabled && rejectTokensIssuedBefore === after.rejectTokensIssuedBefore) return NOTHING
  const live = new Set(liveTokens(before, now))
  const tokens = (await getTokensOf(db, before)).filter(({ tokenId }) => live.has(tokenId))
  const judged = tokens.map((token) => ({ ...token, was: reasonFor(token, before), is: reasonFor(token, after) }))
  return {
    closed: new Map(judged.flatMap(({ tokenId, was, is }) => (is && is !== was ? [[tokenId, is] as const] : []))),
    readmitted: judged.flatMap(({ tokenId, was, is }) => (was && !is ? [tokenId] : [])),
  }
}

/** As the authorizer judges it. */
function reasonFor({ createdAt }: TokenRecord, integration: Integration): ClosedReason | undefined {
  const { enabled, rejectTokensIssuedBefore = 0 } = integration
  if (createdAt < rejectTokensIssuedBefore) return 'rejected'
  return enabled ? undefined : 'disabled'
}
