import type { TokenRecord } from '../store/token-record.ts'
import type { Use } from '../store/token-use.ts'

/** A token at its birth: the one time its text is shown. */
export interface IssuedToken {
  token: string
  tokenId: string
  integration: string
  name: string
  expiresAt: string
}

/** A token as admins see it ever after. */
export interface TokenView {
  tokenId: string
  name: string
  integration: string
  createdBy: string
  createdAt: string
  expiresAt: string
  revokedAt?: string
  /** The id of the token that replaces it. */
  rotatedTo?: string
  /** `rejected`: made before the integration's `rejectTokensIssuedBefore`. */
  status: 'live' | 'expired' | 'revoked' | 'rejected'
  /** Whole days until a live token expires, rounded down; 0 for the others. */
  daysLeft: number
}

/** From where a token was used; both instants are minutes. */
export interface UsedFrom {
  /** A block of addresses: /24 of IPv4, /64 of IPv6. */
  address: string
  since: string
  lastUsedAt: string
}

/** When something was used last, to the minute, and from where; nothing where it never was. */
export interface LastUse {
  lastUsedAt?: string
  usedFrom: readonly UsedFrom[]
}

/** A token in a list. */
export type ListedToken = TokenView & LastUse

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
