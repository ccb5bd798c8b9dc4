import { newToken } from '../auth/token.ts'
import { notFound, ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { putRevocations } from '../store/integration-change.ts'
import { getIntegrations, liveTokens, MAX_LIVE_TOKENS } from '../store/integrations.ts'
import { getToken, type TokenRecord } from '../store/token-record.ts'
import { getUses } from '../store/token-uses.ts'
import { getTokensOf, type Origin, putNewToken, putRevocation, putTokenName, toAccess } from '../store/tokens.ts'
import type { AdminContext } from './admin-context.ts'
import { requireIntegration } from './integrations.ts'
import { requireAccount } from './known-names.ts'
import { presentListed, presentToken } from './present-token.ts'
import { retryLostRaces } from './retry-lost-races.ts'
import { parseNewToken, parseTokenName, type TokenWish } from './token-input.ts'
import type { IssuedToken, ListedToken, TokenView } from './views/token.ts'

/** What is asked for: the integration's name and, if any, the token's name and life; whatever else is there is refused. */
export type TokenInput = { integration: string } & Readonly<Record<string, unknown>>

/**
 * Makes a token that works for six calendar months, or for less; older ones are left alone. Without a name it is called
 * by its day.
 * @throws {ScimError} 400; 404; 409 when the integration has its full number of live tokens.
 */
export async function issueToken(
  context: AdminContext,
  { integration: integrationName, ...input }: TokenInput,
): Promise<IssuedToken> {
  const { db, now, trail } = context
  const { name = now.toISOString().slice(0, 10), expiresAt } = parseNewToken(input, now)
  return retryLostRaces(async () => {
    const origin = await requireIntegration(context, integrationName)
    const { record, issued } = draftToken(context, origin, { name, expiresAt })
    trail.about('TOKEN', record.tokenId, name)
    const { token: _, ...shown } = issued
    const changes = Object.entries(shown).map(([attribute, after]) => ({ attribute, after }))
    await trail.record({ status: 201, changes }, (event) => putNewToken(db, record, origin, event))
    return issued
  })
}

/** A token that is not stored yet, and what its reader is shown once. */
interface TokenDraft {
  record: TokenRecord
  issued: IssuedToken
}

/** Makes up a token. @throws {ScimError} 409 when the integration has its full number of live tokens. */
export function draftToken(
  { account, actor, now }: AdminContext,
  { integration, provisioner }: Origin,
  { name, expiresAt }: TokenWish & { name: string },
): TokenDraft {
  if (liveTokens(integration, now).length >= MAX_LIVE_TOKENS) throw tooManyTokens(integration.name)
  const { token, tokenId, secretHash } = newToken()
  const record = {
    ...{ tokenId, secretHash, name, createdBy: actor, createdAt: now.getTime(), expiresAt, account },
    ...{ integration: integration.name, access: toAccess(integration, provisioner) },
  }
  const ends = new Date(expiresAt).toISOString()
  return { record, issued: { token, tokenId, integration: integration.name, name, expiresAt: ends } }
}

/** The integration's tokens, ended ones included while they are remembered, oldest first. @throws {ScimError} 404. */
export async function listTokens(context: AdminContext, integrationName: string): Promise<ListedToken[]> {
  const { integration } = await requireIntegration(context, integrationName)
  return withUses(context, [await getTokensOf(context.db, integration)])
}

/** The same of every integration of the account, one after the other by name. @throws {ScimError} 404. */
export async function listAllTokens(context: AdminContext): Promise<ListedToken[]> {
  const { db, account, trail } = context
  trail.about('TOKEN')
  const integrations = await getIntegrations(db, account)
  if (integrations.length === 0) await requireAccount({ db, account })
  return withUses(context, await Promise.all(integrations.map((integration) => getTokensOf(db, integration))))
}

async function withUses({ db, account, now }: AdminContext, tokens: TokenRecord[][]): Promise<ListedToken[]> {
  const uses = Map.groupBy(await getUses(db, account), ({ tokenId }) => tokenId)
  return tokens.flat().map((token) => presentListed(token, uses.get(token.tokenId) ?? [], now))
}

/** Gives a token another name; also one that has ended. @throws {ScimError} 400; 404. */
export async function renameToken(context: AdminContext, tokenId: string, input: unknown): Promise<TokenView> {
  const { db, now, trail } = context
  const name = parseTokenName(input)
  const token = await requireToken(context, tokenId)
  const view = presentToken({ ...token, name }, now)
  if (token.name === name) return view
  trail.about('TOKEN', tokenId, name)
  const changes = [{ attribute: 'name', before: token.name, after: name }]
  await trail.record({ status: 200, changes }, (event) => putTokenName(db, token, name, event))
  return view
}

/** A token that has ended, by this or before. */
export interface RevokedToken extends TokenView {
  outcome: 'revoked' | 'unchanged'
}

/**
 * Ends a token: functions that serve it refuse it within two seconds (docs/security.md). One that is revoked already
 * stays as it is. @throws {ScimError} 404.
 */
export async function revokeToken(context: AdminContext, tokenId: string): Promise<RevokedToken> {
  const { db, now, trail } = context
  return retryLostRaces(async () => {
    const token = await requireToken(context, tokenId)
    if (token.revokedAt !== undefined) return { ...presentToken(token, now), outcome: 'unchanged' }
    const revokedAt = now.getTime()
    const changes = [{ attribute: 'revokedAt', after: now.toISOString() }]
    await trail.record({ status: 200, changes }, (event) => putRevocation(db, token, revokedAt, event))
    return { ...presentToken({ ...token, revokedAt }, now), outcome: 'revoked' }
  })
}

/** What ending all tokens of an integration did: the ids of those that were live. */
export interface RevokedTokens {
  integration: string
  revoked: readonly string[]
  /** Whose access tokens ended too; it can get new ones. */
  oauthClient?: string
}

/**
 * Ends every live token of an integration at once, all or none, and the access tokens of its OAuth client, which may get
 * new ones. @throws {ScimError} 404.
 */
export async function revokeTokens(context: AdminContext, integrationName: string): Promise<RevokedTokens> {
  const { db, now, trail } = context
  return retryLostRaces(async () => {
    const origin = await requireIntegration(context, integrationName)
    const { name, oauthClient } = origin.integration
    const revoked = liveTokens(origin.integration, now)
    const done = { integration: name, revoked, ...(oauthClient && { oauthClient }) }
    if (revoked.length === 0 && oauthClient === undefined) return done
    const changes = [
      { attribute: 'revokedTokens', after: revoked },
      ...(oauthClient ? [{ attribute: 'accessTokensOf', after: oauthClient }] : []),
    ]
    await trail.record({ status: 200, changes }, (event) => putRevocations(db, origin, now, event))
    return done
  })
}

/** A token of the account. What is not an id is not quoted: it may be a whole token. @throws {ScimError} 404. */
export async function requireToken({ db, account, trail }: AdminContext, tokenId: string): Promise<TokenRecord> {
  if (!/^[0-9A-Za-z]{22}$/.test(tokenId))
    throw notFound('A token id has 22 letters and digits: list the tokens to see it')
  const token = await getToken(db, tokenId)
  if (token?.account === account) {
    trail.about('TOKEN', tokenId, token.name)
    return token
  }
  throw notFound(`There is no token with id ${quote(tokenId)} in account "${account}": list the integration's tokens`)
}

const tooManyTokens = (integration: string) =>
  new ScimError(
    409,
    undefined,
    `Integration "${integration}" has ${MAX_LIVE_TOKENS} live tokens, the most it may have: revoke one first`,
  )
