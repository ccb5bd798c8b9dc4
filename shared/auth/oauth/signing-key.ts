import { createPublicKey, type KeyObject } from 'node:crypto'

/** What a registered key must be, as errors say it. */
export const KEY_RULE =
  'expected a public key as a JWK with kty RSA (2048 bits or more), EC (P-256) or OKP (Ed25519), and no private part'

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']
const MIN_RSA_BITS = 2048

type Jwk = Readonly<Record<string, unknown>>

/** Whether a JWK is a public key that assertions can be signed for. */
export const isSigningKey = (jwk: Jwk): boolean => faultOfKey(jwk) === undefined

/**
 * Why a value is no public key that assertions can be signed for, without a word of it; nothing where it is one. A key with a
 * private part is no one's to send.
 */
export function faultOfKey(value: unknown): string | undefined {
  const jwk: Jwk = Object(value)
  if (typeof jwk.kty !== 'string') return 'it is no JWK, since it has no kty'
  if (jwk.kty === 'oct') return 'it is a symmetric key, which is a secret of two'
  if (PRIVATE_MEMBERS.some((name) => name in jwk)) return 'it has a private part, which stays with its client'
  const key = toKey(jwk)
  return key ? faultOfKind(key) : 'it is no key that can be read'
}

function faultOfKind({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): string | undefined {
  const { modulusLength: bits = 0, namedCurve } = details
  if (type === 'rsa') return bits < MIN_RSA_BITS ? `it has ${bits} bits` : undefined
  if (type === 'ec') return namedCurve === 'prime256v1' ? undefined : `its curve is ${namedCurve}`
  return type === 'ed25519' ? undefined : `it is of type ${type}`
}

function toKey(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk as import('node:crypto').JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}
