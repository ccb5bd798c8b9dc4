import type { RestEvent } from '../audit/rest-event.ts'
import { toCarried } from '../auth/carried.ts'
import { batchGet } from './batch.ts'
import type { Db } from './client.ts'
import { putEventAction } from './events/write.ts'
import { addTokenAction, dropTokenAction, type Integration, liveTokens } from './integrations.ts'
import { tokenKey, tokensOfKey } from './keys.ts'
import { checkProvisionerAction, type Provisioner } from './provisioners.ts'
import { queryAll } from './query-all.ts'
import { TABLE } from './table.ts'
import {
  putNewTokenAction,
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
    ...(networkPolicy && { networkPolicy }),
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
  return {
    ...rewriteTokenActions(liveTokens(integration, now), access),
    ...(oauthClient && { [`client:${oauthClient}`]: rewriteClientAction(oauthClient, access) }),
  }
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
  const { integration, provisioner } = from
  const { tokenId, expiresAt, createdAt } = token
  const actions = {
    token: putNewTokenAction(token),
    integration: addTokenAction(integration, tokenId, expiresAt, createdAt),
    role: checkProvisionerAction(integration.account, provisioner),
    event: putEventAction(db, event),
  }
  const listed = Object.keys(integration.tokens).join()
  await transact(db, actions, `${tokenId}#${integration.version}#${provisioner.version}#${listed}`)
}

/**
 * Access pattern T3: ends a token at `revokedAt`, with its event; 1 round trip.
 * @throws {ConditionsFailed} when it was revoked already.
 */
export async function putRevocation(db: Db, token: TokenRecord, revokedAt: number, event: RestEvent): Promise<void> {
  const { account, integration, tokenId } = token
  const actions = {
    token: revokeTokenAction(token, revokedAt),
    integration: dropTokenAction(account, integration, tokenId),
    event: putEventAction(db, event),
  }
  await transact(db, actions, `revoke#${event.eventId}`)
}

/**
 * Access pattern T4: every remembered token of an integration, oldest first; 2 round trips, 1 read unit a token. The
 * index that finds ended ones lags a little; live ones are named by the integration itself and never missing.
 */
export async function getTokensOf(db: Db, { account, name, tokens }: Integration): Promise<TokenRecord[]> {
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
