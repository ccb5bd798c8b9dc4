/** Keys that sign for a client: held here, or published by whoever signs. */
export type KeySource = { keys: readonly PublicKey[] } | { jwksUri: string }

/** A public key as a JWK (RFC 7517); which members there are depends on its type. */
export type PublicKey = Readonly<Record<string, unknown>> & { kty: string }

/** Somebody else's assertions that stand for a client: those of one subject of one issuer, such as an Entra tenant's. */
export interface Trust {
  issuer: string
  subject: string
  /** What `aud` may be: identity providers use an id of their own as well as our address. */
  audiences: readonly string[]
  jwksUri: string
}

/** How assertions may be signed; nothing symmetric, nothing unsigned (RFC 8725 §3.1). */
export const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
