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
