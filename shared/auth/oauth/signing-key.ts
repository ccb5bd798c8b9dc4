import { createPublicKey } from 'node:crypto'

/** What a registered key must be, as errors say it. */
export const KEY_RULE =
  'expected a public key as a JWK with kty RSA (2048 bits or more), EC (P-256) or OKP (Ed25519), and no private part'

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']
const MIN_RSA_BITS = 2048

/** Whether a JWK is a public key that assertions can be signed for; one with a private part is no one's to send. */
export function isSigningKey(jwk: Readonly<Record<string, unknown>>): boolean {
  if (PRIVATE_MEMBERS.some((name) => name in jwk)) return false
  try {
    const key = createPublicKey({ key: jwk as import('node:crypto').JsonWebKey, format: 'jwk' })
    const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
    if (key.asymmetricKeyType === 'rsa') return modulusLength >= MIN_RSA_BITS
    return key.asymmetricKeyType === 'ed25519' || (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1')
  } catch {
    return false
  }
}
