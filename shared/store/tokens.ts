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
import { TABLE } from './table.ts'
import {
  putNewTokenAction,
  revokeTokenAction,
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
    // Of a token that has ended nobody else need know: its integration may be gone.
    ...(revokedAt < token.expiresAt && { integration: dropTokenAction(account, integration, tokenId) }),
    event: putEventAction(db, event),
  }
  await transact(db, actions, `revoke#${event.eventId}`)
}

/** Ends every live token of an integration; who takes the integration away does so too. */
export function endTokensActions(integration: Integration, revokedAt: number): Actions {
  const { tokens } = integration
  const ids = liveTokens(integration, new Date(revokedAt))
  const ends = ids.map((tokenId) => [
    `token:${tokenId}`,
    revokeTokenAction({ tokenId, expiresAt: tokens[tokenId] ?? revokedAt }, revokedAt),
  ])
  return Object.fromEntries(ends)
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
