import * as z from 'zod'
import { sixMonthsAfter } from '../auth/six-months.ts'
import { newToken } from '../auth/token.ts'
import { notFound, ScimError } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { liveTokens, MAX_LIVE_TOKENS } from '../store/integrations.ts'
import { getToken, type TokenRecord } from '../store/token-record.ts'
import { getTokensOf, putNewToken, putRevocation, toAccess } from '../store/tokens.ts'
import type { AdminContext } from './admin-context.ts'
import { requireIntegration } from './integrations.ts'
import { parseInput, strictError } from './parse-input.ts'
import { retryLostRaces } from './retry-lost-races.ts'

const NAME_RULE = 'expected 1 to 128 characters, none of them a control character'
const tokenInput = z.strictObject(
  {
    name: z
      .string({ error: NAME_RULE })
      .regex(/^[^\p{C}]{1,128}$/u, { error: NAME_RULE })
      .optional(),
  },
  { error: strictError },
)

/** What is asked for: the integration's name and, if any, the token's; whatever else is there is refused. */
export type TokenInput = { integration: string; name?: unknown } & Readonly<Record<string, unknown>>

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
  /** `rejected`: made before the integration's `rejectTokensIssuedBefore`. */
  status: 'live' | 'expired' | 'revoked' | 'rejected'
  /** Whole days until a live token expires, rounded down; 0 for the others. */
  daysLeft: number
}

/**
 * Makes a token that works for six calendar months; older ones are left alone. Without a name it is called by its day.
 * @throws {ScimError} 404; 409 when the integration has its full number of live tokens.
 */
export async function issueToken(
  context: AdminContext,
  { integration: integrationName, ...input }: TokenInput,
): Promise<IssuedToken> {
  const { db, actor, now, trail } = context
  const { name = now.toISOString().slice(0, 10) } = parseInput(tokenInput, input)
  const { token, tokenId, secretHash } = newToken()
  const expiresAt = sixMonthsAfter(now).getTime()
  const life = { name, createdBy: actor, createdAt: now.getTime(), expiresAt }
  return retryLostRaces(async () => {
    const origin = await requireIntegration(context, integrationName)
    const { integration, provisioner } = origin
    if (liveTokens(integration, now).length >= MAX_LIVE_TOKENS) throw tooManyTokens(integration.name)
    trail.about('TOKEN', tokenId, name)
    const record: TokenRecord = {
      ...{ tokenId, secretHash, ...life, account: context.account, integration: integration.name },
      access: toAccess(integration, provisioner),
    }
    const issued = { tokenId, integration: integration.name, name, expiresAt: new Date(expiresAt).toISOString() }
    const changes = Object.entries(issued).map(([attribute, after]) => ({ attribute, after }))
    await trail.record({ status: 201, changes }, (event) => putNewToken(db, record, origin, event))
    return { token, ...issued }
  })
}

/** The integration's tokens, ended ones included while they are remembered, oldest first. @throws {ScimError} 404. */
export async function listTokens(context: AdminContext, integrationName: string): Promise<TokenView[]> {
  const { integration } = await requireIntegration(context, integrationName)
  const tokens = await getTokensOf(context.db, integration)
  return tokens.map((token) => presentToken(token, context.now))
}

/** Ends a token; one that is revoked already stays as it is. @throws {ScimError} 404. */
export async function revokeToken(context: AdminContext, tokenId: string): Promise<TokenView> {
  const { db, now, trail } = context
  return retryLostRaces(async () => {
    const token = await requireToken(context, tokenId)
    if (token.revokedAt !== undefined) return presentToken(token, now)
    const revokedAt = now.getTime()
    const changes = [{ attribute: 'revokedAt', after: now.toISOString() }]
    await trail.record({ status: 204, changes }, (event) => putRevocation(db, token, revokedAt, event))
    return presentToken({ ...token, revokedAt }, now)
  })
}

/** What is not an id is not quoted: it may be a whole token. */
async function requireToken({ db, account, trail }: AdminContext, tokenId: string): Promise<TokenRecord> {
  if (!/^[0-9A-Za-z]{22}$/.test(tokenId))
    throw notFound('A token id has 22 letters and digits: list the tokens to see it')
  const token = await getToken(db, tokenId)
  if (token?.account === account) {
    trail.about('TOKEN', tokenId, token.name)
    return token
  }
  throw notFound(`There is no token with id ${quote(tokenId)} in account "${account}": list the integration's tokens`)
}

function presentToken(token: TokenRecord, now: Date): TokenView {
  const { tokenId, name, integration, createdBy, createdAt, expiresAt, revokedAt } = token
  const status = tokenStatus(token, now.getTime())
  return {
    ...{ tokenId, name, integration, createdBy },
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    ...(revokedAt !== undefined && { revokedAt: new Date(revokedAt).toISOString() }),
    status,
    daysLeft: status === 'live' ? Math.floor((expiresAt - now.getTime()) / 86_400_000) : 0,
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

const tooManyTokens = (integration: string) =>
  new ScimError(
    409,
    undefined,
    `Integration "${integration}" has ${MAX_LIVE_TOKENS} live tokens, the most it may have: revoke one first`,
  )
