import { createLocalJWKSet, errors, type JWK, type JWTPayload, jwtVerify } from 'jose'
import { peek } from './claims.ts'
import { OAuthError } from './oauth-error.ts'
import { ALGORITHMS, type KeySource, type PublicKey, type Trust } from './trust.ts'

/** How far clocks may differ: an assertion may be that much past its `exp`, and ahead of its `nbf` and `iat`. */
const SKEW_SECONDS = 60
/** It becomes a key of the table, which holds 1024 bytes. */
const MAX_JTI_LENGTH = 256
/** The longest life of an assertion that a client signs for itself: long enough to be made, short enough to be stolen in vain. */
const MAX_OWN_LIFE_SECONDS = 600
/** More than any assertion of an identity provider. */
const MAX_ASSERTION_LENGTH = 8192

/** Gets the keys at an address; `again` when a key was asked for that those kept do not have. */
export type FetchKeys = (uri: string, again: boolean) => Promise<readonly PublicKey[]>

/** Who may sign for a client, and what for. */
export interface Signers {
  clientId: string
  /** Those of the client itself. */
  own: KeySource | undefined
  trusts: readonly Trust[]
  /** What an assertion of its own may be addressed to: our token endpoint, our issuer. */
  audiences: readonly string[]
}

/** An assertion that holds. */
export interface VerifiedAssertion {
  /** Until when it holds, in epoch milliseconds: no token that comes of it may live longer. */
  endsAt: number
  /** Until when it could be sent again, in epoch milliseconds. */
  acceptedUntil: number
  /** Set where it may be used once only (RFC 7523 §3): one that the client signed itself. */
  once?: string
}

/**
 * Verifies an assertion of a client (RFC 7523 §3): signed by its own key, issuer and subject being the client; or by an
 * issuer it trusts, about the subject it names. Entra's come again until they end and have no `jti`, so only those of an
 * own key are good for one time.
 * @throws {OAuthError} invalid_client saying what does not hold.
 */
export async function verifyAssertion(
  assertion: string,
  signers: Signers,
  now: Date,
  fetchKeys: FetchKeys,
): Promise<VerifiedAssertion> {
  if (assertion.length > MAX_ASSERTION_LENGTH) throw refused('it is too long')
  const { iss, sub } = peek(assertion)
  const trust = signers.trusts.find(({ issuer, subject }) => issuer === iss && subject === sub)
  if (trust) {
    const { exp } = await verify(assertion, { ...trust, from: trust }, now, fetchKeys)
    return endOf(exp, now)
  }
  const { own, clientId, audiences } = signers
  if (iss !== clientId || sub !== clientId) throw refused('its issuer and subject are neither the client nor trusted')
  if (!own) throw refused('the client has no key registered')
  const claims = await verify(assertion, { issuer: clientId, subject: clientId, audiences, from: own }, now, fetchKeys)
  if (typeof claims.jti !== 'string' || claims.jti === '') throw refused('it has no jti')
  if (claims.jti.length > MAX_JTI_LENGTH) throw refused(`its jti is longer than ${MAX_JTI_LENGTH} characters`)
  if (isAhead(claims.exp, now, MAX_OWN_LIFE_SECONDS)) {
    throw refused(`it ends more than ${MAX_OWN_LIFE_SECONDS} seconds from now`)
  }
  return { ...endOf(claims.exp, now), once: claims.jti }
}

/** What an assertion gives ends with it; one that has ended by this clock alone is good for as long as clocks may differ. */
function endOf(exp: number, now: Date): Pick<VerifiedAssertion, 'endsAt' | 'acceptedUntil'> {
  const acceptedUntil = (exp + SKEW_SECONDS) * 1000
  return { endsAt: exp * 1000 > now.getTime() ? exp * 1000 : acceptedUntil, acceptedUntil }
}

/** Whether an instant is more than so many seconds from now, however clocks differ. */
const isAhead = (instant: number, now: Date, seconds = 0): boolean =>
  instant - now.getTime() / 1000 > seconds + SKEW_SECONDS

interface Expected {
  issuer: string
  subject: string
  audiences: readonly string[]
  from: KeySource
}

async function verify(
  assertion: string,
  { issuer, subject, audiences, from }: Expected,
  now: Date,
  fetchKeys: FetchKeys,
): Promise<JWTPayload & { exp: number }> {
  const options = {
    ...{ issuer, subject, audience: [...audiences], algorithms: [...ALGORITHMS], currentDate: now },
    ...{ clockTolerance: SKEW_SECONDS, requiredClaims: ['exp', 'iss', 'sub', 'aud'] },
  }
  const tryKeys = async (keys: readonly PublicKey[]) =>
    (await jwtVerify(assertion, createLocalJWKSet({ keys: keys as unknown as JWK[] }), options)).payload
  try {
    const claims = (await withKeys(from, fetchKeys, tryKeys)) as JWTPayload & { exp: number }
    // Nothing of it is looked at by `jwtVerify` unless every assertion had to have one.
    if (claims.iat !== undefined && isAhead(claims.iat, now)) throw refused(wrongClaim('iat'))
    return claims
  } catch (error) {
    if (error instanceof errors.JOSEError) throw refused(explain(error), error)
    throw error
  }
}

const wrongClaim = (claim: string): string => `its claim ${claim} is not as it must be`

/** Keys change: where those kept do not have the one that signed, they are fetched again, once. */
async function withKeys<T>(from: KeySource, fetchKeys: FetchKeys, use: (keys: readonly PublicKey[]) => Promise<T>) {
  if ('keys' in from) return use(from.keys)
  try {
    return await use(await fetchKeys(from.jwksUri, false))
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    return use(await fetchKeys(from.jwksUri, true))
  }
}

/** Without a word of the assertion: what is shown is in logs of the client and in ours. */
function explain(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return wrongClaim(error.claim)
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'no single key that signs for the client has its key id and algorithm'
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return `it is not signed with one of ${ALGORITHMS.join(' ')}`
  return 'its form or its signature is wrong'
}

const refused = (why: string, cause?: unknown) =>
  new OAuthError('invalid_client', `The assertion is refused: ${why}`, { cause })
