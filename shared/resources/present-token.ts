import type { TokenRecord } from '../store/token-record.ts'
import type { Use } from '../store/token-use.ts'
import type { LastUse, ListedToken, TokenView } from './views/token.ts'

/** The most recent ones are shown. */
const MAX_ADDRESSES = 20

export function presentToken(token: TokenRecord, now: Date): TokenView {
  const { tokenId, name, integration, createdBy, createdAt, expiresAt, revokedAt, rotatedTo } = token
  const status = tokenStatus(token, now.getTime())
  return {
    ...{ tokenId, name, integration, createdBy },
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    ...(revokedAt !== undefined && { revokedAt: new Date(revokedAt).toISOString() }),
    ...(rotatedTo !== undefined && { rotatedTo }),
    status,
    daysLeft: status === 'live' ? Math.floor((expiresAt - now.getTime()) / 86_400_000) : 0,
  }
}

/** With what is known of its use. */
export const presentListed = (token: TokenRecord, uses: readonly Use[], now: Date): ListedToken => ({
  ...presentToken(token, now),
  ...presentUses(uses),
})

/** The uses of one token, or of one OAuth client. */
export function presentUses(uses: readonly Use[]): LastUse {
  const latest = uses.toSorted((a, b) => (a.lastUsedAt < b.lastUsedAt ? 1 : -1)).slice(0, MAX_ADDRESSES)
  const [last] = latest
  return {
    ...(last && { lastUsedAt: last.lastUsedAt }),
    usedFrom: latest.map(({ address, since, lastUsedAt }) => ({ address, since, lastUsedAt })),
  }
}

/** What a token is worth at an instant, in epoch milliseconds. */
export function tokenStatus(
  { revokedAt, expiresAt, createdAt, access }: TokenRecord,
  now: number,
): TokenView['status'] {
  if (revokedAt !== undefined) return 'revoked'
  if (now >= expiresAt) return 'expired'
  return createdAt < (access.rejectTokensIssuedBefore ?? 0) ? 'rejected' : 'live'
}
