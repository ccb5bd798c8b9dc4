import type { RestEvent } from '../audit/rest-event.ts'
import { batchGet } from './batch.ts'
import type { Db } from './client.ts'
import { eventPut } from './events/write.ts'
import { type Integration, integrationKey } from './integrations.ts'
import { tokenKey, tokensOfKey } from './keys.ts'
import { checkProvisionerAction, type Provisioner } from './provisioners.ts'
import { queryAll } from './query-all.ts'
import { TABLE } from './table.ts'
import { type TokenAccess, type TokenRecord, toTokenItem, toTokenRecord, ttlAfter } from './token-record.ts'
import { type Action, transact } from './transaction.ts'

/** The live tokens an integration may have: enough to rotate, few enough to rewrite in one transaction. */
export const MAX_LIVE_TOKENS = 10

/** What a token record copies from its integration and the integration's role. */
export function toAccess(integration: Integration, { privileges }: Pick<Provisioner, 'privileges'>): TokenAccess {
  const { role, clientKind, endpointId, syncPassword, enabled, networkPolicy, rejectTokensIssuedBefore } = integration
  return {
    ...{ role, clientKind, privileges, endpointId, syncPassword, enabled },
    ...(networkPolicy && { networkPolicy }),
    ...(rejectTokensIssuedBefore !== undefined && { rejectTokensIssuedBefore }),
  }
}

/** The ids of an integration's live tokens. */
export const liveTokens = ({ tokens }: Integration, now: Date): string[] =>
  Object.keys(tokens).filter((id) => (tokens[id] ?? 0) > now.getTime())

/**
 * Access pattern T2: stores a token of an integration as it was read, with its event; 1 round trip.
 * @throws {ConditionsFailed} when the integration or its role has changed, or has its full number of live tokens.
 */
export async function putNewToken(db: Db, token: TokenRecord, from: Origin, event: RestEvent): Promise<void> {
  const { integration, provisioner } = from
  const expired = Object.keys(integration.tokens).filter((id) => (integration.tokens[id] ?? 0) <= token.createdAt)
  const actions: Action[] = [
    { Put: { Item: toTokenItem(token), ConditionExpression: 'attribute_not_exists(pk)' } },
    countToken(integration, token, expired),
    checkProvisionerAction(integration.account, provisioner),
    eventPut(db, event),
  ]
  await transact(db, actions, `${token.tokenId}#${integration.version}#${provisioner.version}#${expired.join()}`)
}

/** Where a token's access comes from. */
export interface Origin {
  integration: Integration
  provisioner: Provisioner
}

/** Adds the token to its integration's list and drops expired ones, unless the list has become full meanwhile. */
function countToken(integration: Integration, token: TokenRecord, expired: string[]): Action {
  const names = Object.fromEntries(expired.map((id, i) => [`#x${i}`, id]))
  const paths = expired.map((_, i) => `#tokens.#x${i}`)
  const stillThere = paths.map((path) => `attribute_exists(${path})`)
  return {
    Update: {
      Key: integrationKey(integration.account, integration.name),
      UpdateExpression: `SET #tokens.#id = :expiresAt${paths.length > 0 ? ` REMOVE ${paths.join(', ')}` : ''}`,
      ConditionExpression: ['version = :version', 'size(#tokens) < :full', ...stillThere].join(' AND '),
      ExpressionAttributeNames: { '#tokens': 'tokens', '#id': token.tokenId, ...names },
      ExpressionAttributeValues: {
        ':version': integration.version,
        ':expiresAt': token.expiresAt,
        ':full': MAX_LIVE_TOKENS + expired.length,
      },
    },
  }
}

/**
 * Access pattern T3: ends a token at `revokedAt`, with its event; 1 round trip.
 * @throws {ConditionsFailed} when it was revoked already.
 */
export async function putRevocation(db: Db, token: TokenRecord, revokedAt: number, event: RestEvent): Promise<void> {
  const { account, integration, tokenId } = token
  const end: Action = {
    Update: {
      Key: tokenKey(tokenId),
      UpdateExpression: 'SET revokedAt = :at, #ttl = :ttl',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
      ExpressionAttributeNames: { '#ttl': TABLE.timeToLiveAttribute },
      ExpressionAttributeValues: { ':at': revokedAt, ':ttl': ttlAfter(Math.min(revokedAt, token.expiresAt)) },
    },
  }
  const uncount: Action = {
    Update: {
      Key: integrationKey(account, integration),
      UpdateExpression: 'REMOVE #tokens.#id',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#tokens': 'tokens', '#id': tokenId },
    },
  }
  await transact(db, [end, uncount, eventPut(db, event)], `revoke#${event.eventId}`)
}

/** Gives live tokens a new copy of their access; part of the transaction that changes integration or role. */
export function rewriteTokenActions(ids: string[], access: TokenAccess): Action[] {
  return ids.map((id) => ({
    Update: {
      Key: tokenKey(id),
      UpdateExpression: 'SET #access = :access',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#access': 'access' },
      ExpressionAttributeValues: { ':access': access },
    },
  }))
}

/**
 * Access pattern T4: every remembered token of an integration, oldest first; 2 round trips, 1 read unit a token. The
 * index that finds ended ones lags a little; live ones are named by the integration itself and never missing.
 */
export async function getTokensOf(db: Db, { account, name, tokens }: Integration): Promise<TokenRecord[]> {
  const ids = new Set([...Object.keys(tokens), ...(await indexedTokenIds(db, account, name))])
  const items = await batchGet(
    db,
    [...ids].map((id) => tokenKey(id)),
  )
  return items.map(toTokenRecord).sort((a, b) => a.createdAt - b.createdAt)
}

async function indexedTokenIds(db: Db, account: string, integration: string): Promise<string[]> {
  const items = await queryAll(db, {
    IndexName: TABLE.index.name,
    KeyConditionExpression: 'gsi1pk = :pk',
    ExpressionAttributeValues: { ':pk': tokensOfKey(account, integration) },
  })
  return items.map(({ gsi1sk }) => String(gsi1sk).split('#')[1] ?? '')
}
