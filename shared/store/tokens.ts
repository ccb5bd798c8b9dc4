import type { RestEvent } from '../audit/rest-event.ts'
import { toCarried } from '../auth/carried.ts'
import { batchGet } from './batch.ts'
import type { Db } from './client.ts'
import { putEventAction } from './events/write.ts'
import { addTokenAction, dropTokenAction, type Integration, liveTokens } from './integrations.ts'
import { tokenKey, tokensOfKey } from './keys.ts'
import { toApplied } from './network-policies.ts'
import { checkProvisionerAction, type Provisioner } from './provisioners.ts'
import { queryAll } from './query-all.ts'
import { type Closed, readmittedActions, revokedActions } from './revoked.ts'
import { TABLE } from './table.ts'
import {
  deleteClientAction,
  putNewTokenAction,
  renameTokenAction,
  replaceTokenAction,
  revokeTokenAction,
  rewriteClientAction,
  rewriteTokenActions,
  type TokenAccess,
  type TokenRecord,
  tokenIdOf,
  toTokenRecord,
} from './token-record.ts'
import { type Actions, transact } from './transaction.ts'

/** What a token record copies from its integration and the integration's role. */
export function toAccess(integration: Integration, { privileges }: Pick<Provisioner, 'privileges'>): TokenAccess {
  const { enabled, networkPolicy, rejectTokensIssuedBefore } = integration
  return {
    ...toCarried({ ...integration, privileges }),
    enabled,
    ...(networkPolicy && { networkPolicy: toApplied(networkPolicy) }),
    ...(rejectTokensIssuedBefore !== undefined && { rejectTokensIssuedBefore }),
  }
}

/** Gives the tokens of an integration, and its OAuth client, a new copy of what they carry. */
export function rewriteAccessActions(
  integration: Integration,
  provisioner: Pick<Provisioner, 'privileges'>,
  now: Date,
): Actions {
  const access = toAccess(integration, provisioner)
  const { oauthClient } = integration
  const ofClient = toClientAccess(integration, access)
  return {
    ...rewriteTokenActions(liveTokens(integration, now), access),
    ...(oauthClient && { [`client:${oauthClient}`]: rewriteClientAction(oauthClient, ofClient) }),
  }
}

/** What the OAuth client of an integration copies from it. */
export function toClientAccess(integration: Integration, access: TokenAccess): TokenAccess {
  const rejectTokensIssuedBefore = oldestAccessToken(integration)
  return { ...access, ...(rejectTokensIssuedBefore !== undefined && { rejectTokensIssuedBefore }) }
}

/** The instant before which all access tokens are refused, if there is one: they were revoked, or are not accepted. */
export function oldestAccessToken(integration: Integration): number | undefined {
  const { accessTokensRevokedBefore = 0, rejectTokensIssuedBefore = 0 } = integration
  return Math.max(accessTokensRevokedBefore, rejectTokensIssuedBefore) || undefined
}

/** Ends all that gets into an integration: its live tokens and its OAuth client. */
export const endAccessActions = (integration: Integration, at: number): Actions => ({
  ...endTokensActions(integration, at),
  ...endClientActions(integration, at),
})

/** Ends the OAuth client of an integration, if it has one; with it go its access tokens. */
export function endClientActions({ account, oauthClient }: Integration, at: number): Actions {
  if (oauthClient === undefined) return {}
  return { client: deleteClientAction(oauthClient), ...revokedActions(account, [oauthClient], at) }
}

/** Where a token's access comes from. */
export interface Origin {
  integration: Integration
  provisioner: Provisioner
}

/**
 * Access pattern T2: stores a token of an integration as it was read, with its event; 1 round trip.
 * @throws {ConditionsFailed} when the integration or its role has changed, or has its full number of live tokens.
 */
export async function putNewToken(db: Db, token: TokenRecord, from: Origin, event: RestEvent): Promise<void> {
  const actions = { ...newTokenActions(token, from), event: putEventAction(db, event) }
  await transact(db, actions, `${token.tokenId}#${stateOf(from)}`)
}

/** A token that takes another's place, which goes on until `endsAt`, in epoch milliseconds. */
export interface Rotation {
  token: TokenRecord
  old: TokenRecord
  endsAt: number
}

/**
 * Access pattern T5: stores a token in place of another, which ends by itself, with the event; 1 round trip.
 * @throws {ConditionsFailed} as {@link putNewToken}, and when the old one has ended or was replaced meanwhile.
 */
export async function putRotation(db: Db, rotation: Rotation, from: Origin, event: RestEvent): Promise<void> {
  const { token, old, endsAt } = rotation
  const actions = {
    ...newTokenActions(token, from, { [old.tokenId]: endsAt }),
    old: replaceTokenAction(old, endsAt, token.tokenId),
    event: putEventAction(db, event),
  }
  await transact(db, actions, `${token.tokenId}#${stateOf(from)}`)
}

function newTokenActions(token: TokenRecord, { integration, provisioner }: Origin, moved = {}): Actions {
  const { tokenId, expiresAt, createdAt } = token
  return {
    token: putNewTokenAction(token),
    integration: addTokenAction(integration, { [tokenId]: expiresAt }, moved, createdAt),
    role: checkProvisionerAction(integration.account, provisioner),
  }
}

/** What the actions of a new token depend on: others are another request. */
export const stateOf = ({ integration, provisioner }: Origin): string =>
  [provisioner.version, stateOfTokens(integration)].join('#')

/** Access pattern T6: gives a token another name, with its event; 1 round trip. */
export async function putTokenName(db: Db, token: TokenRecord, name: string, event: RestEvent): Promise<void> {
  await transact(db, { token: renameTokenAction(token, name), event: putEventAction(db, event) }, event.eventId)
}

/**
 * Access pattern T3: ends a token at `revokedAt`, with its event; 1 round trip.
 * @throws {ConditionsFailed} when it was revoked already.
 */
export async function putRevocation(db: Db, token: TokenRecord, revokedAt: number, event: RestEvent): Promise<void> {
  const { account, integration, tokenId } = token
  const actions = {
    token: revokeTokenAction(token, revokedAt),
    // Of an access token, or one that has ended, nobody else need know: its integration may be gone.
    ...(token.client === undefined &&
      revokedAt < token.expiresAt && { integration: dropTokenAction(account, integration, tokenId) }),
    ...revokedActions(account, [tokenId], revokedAt),
    event: putEventAction(db, event),
  }
  await transact(db, actions, `revoke#${event.eventId}`)
}

/** The same of an integration alone. */
export const stateOfTokens = ({ version, tokens }: Integration): string => [version, ...Object.keys(tokens)].join('#')

/** Ends every live token of an integration, here and for functions that serve them; who takes the integration away does so too. */
export function endTokensActions(integration: Integration, revokedAt: number): Actions {
  const { account, tokens } = integration
  const ids = liveTokens(integration, new Date(revokedAt))
  const ends = ids.map((tokenId) => [
    `token:${tokenId}`,
    revokeTokenAction({ tokenId, expiresAt: tokens[tokenId] ?? revokedAt }, revokedAt),
  ])
  return { ...Object.fromEntries(ends), ...revokedActions(account, ids, revokedAt) }
}

/** Tokens and OAuth clients that a change of settings shuts out, each for its reason, and those it lets in again. */
export interface Closing {
  closed: Closed
  readmitted: readonly string[]
}

/** Tells the functions that serve these tokens: part of the transaction that changes the settings. */
export function closingActions(account: string, { closed, readmitted }: Closing, now: number): Actions {
  const listed = [...closed].map(([id, ending]) => revokedActions(account, [id], now, ending))
  return Object.assign({}, ...listed, readmittedActions(account, readmitted))
}

/**
 * Access pattern T4: every remembered token of an integration, oldest first; 2 round trips, 1 read unit a token. The
 * index that finds ended ones lags a little; live ones are named by the integration itself and never missing.
 */
export async function getTokensOf(
  db: Db,
  { account, name, tokens }: Pick<Integration, 'account' | 'name' | 'tokens'>,
): Promise<TokenRecord[]> {
  const entries = await queryAll(db, {
    IndexName: TABLE.index.name,
    KeyConditionExpression: `${TABLE.index.partitionKey} = :pk`,
    ExpressionAttributeValues: { ':pk': tokensOfKey(account, name) },
  })
  const ids = new Set([...Object.keys(tokens), ...entries.map(tokenIdOf)])
  const items = await batchGet(
    db,
    [...ids].map((id) => tokenKey(id)),
  )
  return items.map(toTokenRecord).sort((a, b) => a.createdAt - b.createdAt)
}
