import type { Trail } from '../audit/trail.ts'
import { isAllowed } from '../auth/network-policy.ts'
import { type FetchKeys, verifyAssertion } from '../auth/oauth/assertion.ts'
import { OAuthError } from '../auth/oauth/oauth-error.ts'
import { SCOPE, type TokenRequest } from '../auth/oauth/token-request.ts'
import { newToken, parseToken, verifySecret } from '../auth/token.ts'
import type { Db } from '../store/client.ts'
import {
  AssertionUsed,
  getOAuthClient,
  type OAuthClient,
  putAccessToken,
  type UsedAssertion,
} from '../store/oauth-clients.ts'

/** What it takes to believe a client. */
export interface ProofContext {
  now: Date
  /** What assertions of clients may be addressed to. */
  audiences: readonly string[]
  fetchKeys: FetchKeys
}

/** A client that has proved who it is, and by what. */
export interface ProvenClient {
  client: OAuthClient
  /** Epoch milliseconds: no token may live longer than what it was given for. */
  until: number
  used?: UsedAssertion
}

/** The answer to a client (RFC 6749 §5.1). */
export interface AccessToken {
  access_token: string
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
  scope: string
}

/** The longest life of an access token. */
const MAX_LIFE_MS = 3_600_000

/** The client that a request names, if there is one; 1 round trip. */
export const findClient = async (db: Db, { clientId }: TokenRequest): Promise<OAuthClient | undefined> =>
  CLIENT_ID.test(clientId) ? getOAuthClient(db, clientId) : undefined

/**
 * Looks at a client's proof; no round trip but that for keys that are published elsewhere. An unknown client takes the same
 * steps as a wrong secret, and hears the same. @throws {OAuthError} invalid_client.
 */
export async function proveClient(
  { now, audiences, fetchKeys }: ProofContext,
  client: OAuthClient | undefined,
  { clientId, proof }: TokenRequest,
): Promise<ProvenClient> {
  if (proof.kind === 'secret') {
    const isRight = isSecretOf(client, clientId, proof.secret, now.getTime())
    if (client && isRight) return { client, until: Number.POSITIVE_INFINITY }
    throw new OAuthError('invalid_client', 'The client is not known, or its secret is wrong or has ended')
  }
  if (!client) throw new OAuthError('invalid_client', 'The client is not known, or its assertion does not hold')
  const signers = { clientId, own: client.keys, trusts: client.trusts, audiences }
  const { endsAt, acceptedUntil, once } = await verifyAssertion(proof.assertion, signers, now, fetchKeys)
  return { client, until: endsAt, ...(once !== undefined && { used: { jti: once, endsAt: acceptedUntil } }) }
}

const CLIENT_ID = /^[0-9A-Za-z]{22}$/

/** A secret has the form of a token whose id is the client's; each that may be meant is compared in constant time. */
function isSecretOf(client: OAuthClient | undefined, clientId: string, text: string, now: number): boolean {
  const parsed = parseToken(text)
  const secrets = client?.secrets.filter(({ endsAt = Number.POSITIVE_INFINITY }) => now < endsAt) ?? []
  const hashes = [secrets[0]?.hash, secrets[1]?.hash]
  const right = hashes.map((hash) => verifySecret(parsed?.secret ?? '', hash)).includes(true)
  return right && parsed?.tokenId === clientId
}

/** The request that asks for the token. */
export interface IssueContext {
  db: Db
  now: Date
  sourceIp: string
  trail: Trail
}

/**
 * Gives a client a token for an hour, or for what is left of what it proved itself with; stored with its event, 1 round
 * trip. @throws {OAuthError} where its integration is disabled or the address not allowed, and for an assertion that was
 * used before.
 */
export async function issueAccessToken(
  { db, now, sourceIp, trail }: IssueContext,
  { client, until, used }: ProvenClient,
): Promise<AccessToken> {
  const { clientId, account, integration, access } = client
  if (!access.enabled) throw new OAuthError('unauthorized_client', 'The integration of this client is disabled')
  if (!isAllowed(access.networkPolicy, sourceIp)) {
    throw new OAuthError('unauthorized_client', 'The network policy does not allow the address that asks')
  }
  const { token, tokenId, secretHash } = newToken()
  const createdAt = now.getTime()
  const expiresAt = Math.min(createdAt + MAX_LIFE_MS, until)
  const seconds = Math.floor((expiresAt - createdAt) / 1000)
  // Of an assertion that is good only because clocks may differ there is nothing left.
  if (seconds <= 0) throw new OAuthError('invalid_client', 'The assertion is refused: it has expired')
  const name = `access token of ${clientId}`
  trail.about('TOKEN', tokenId, name)
  const life = { name, createdBy: clientId, createdAt, expiresAt, client: clientId }
  const record = { tokenId, secretHash, ...life, account, integration, access }
  await trail.record({ status: 200 }, (event) => putAccessToken(db, record, used, event)).catch(explain)
  return { access_token: token, token_type: 'Bearer', expires_in: seconds, scope: SCOPE }
}

function explain(error: unknown): never {
  if (!(error instanceof AssertionUsed)) throw error
  throw new OAuthError('invalid_client', 'The assertion is refused: it was used before', { cause: error })
}
