import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { type AppliedPolicy, type NetworkPolicy, POLICY_MODES } from '../auth/applied-policy.ts'
import { type Carried, parseCarried } from '../auth/carried.ts'
import type { Db } from './client.ts'
import { type Key, oauthClientKey, tokenKey, tokensOfKey } from './keys.ts'
import { TABLE } from './table.ts'
import { ttlAfter } from './token-ttl.ts'
import type { Action, Actions } from './transaction.ts'

/**
 * A token as it is stored, with a copy of all that a request needs to know of its integration and role: the
 * authorizer reads this and nothing else. Read by hand, not by zod, which the authorizer's bundle has no room for.
 */
export interface TokenRecord {
  tokenId: string
  name: string
  account: string
  integration: string
  /** SHA-256 of the secret, 32 bytes. */
  secretHash: Uint8Array
  createdBy: string
  /** Instants are epoch milliseconds. */
  createdAt: number
  expiresAt: number
  revokedAt?: number
  /** The id of the token that replaces it. */
  rotatedTo?: string
  access: TokenAccess
  /** Of an access token the OAuth client that got it, whose settings hold for it. */
  client?: string
}

/** The copy: rewritten in the transaction that changes the integration or the role. */
export interface TokenAccess extends Carried {
  enabled: boolean
  networkPolicy?: AppliedPolicy
  /** Tokens made before this instant, in epoch milliseconds, are refused. */
  rejectTokensIssuedBefore?: number
}

/** Access pattern T1: one token by the id in its text. Strongly consistent; 1 read unit (records end at 4 KB). */
export async function getToken(db: Db, tokenId: string): Promise<TokenRecord | undefined> {
  const get = new GetCommand({ TableName: db.tableName, Key: tokenKey(tokenId), ConsistentRead: true })
  const { Item } = await db.client.send(get)
  return Item && toTokenRecord(Item)
}

export function putNewTokenAction(record: TokenRecord): Action {
  const { account, integration, tokenId, createdAt, revokedAt, expiresAt, client } = record
  const Item = {
    ...tokenKey(tokenId),
    ...record,
    // Access tokens come by the hour, and are no administrator's to list.
    ...(client === undefined && {
      [TABLE.index.partitionKey]: tokensOfKey(account, integration),
      [TABLE.index.sortKey]: `${new Date(createdAt).toISOString()}#${tokenId}`,
    }),
    [TABLE.timeToLiveAttribute]: client ? ttlAfter(expiresAt, 1) : ttlAfter(revokedAt ?? expiresAt),
  }
  return { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }
}

/** The id in an entry of the index, which sorts an integration's tokens by the time they were made. */
export const tokenIdOf = (entry: Record<string, unknown>): string =>
  String(entry[TABLE.index.sortKey]).split('#')[1] ?? ''

/** What ending a token takes to know of it. */
export type EndingToken = Pick<TokenRecord, 'tokenId' | 'expiresAt'>

/** Ends a token at `revokedAt`, in epoch milliseconds, unless it was revoked already. */
export function revokeTokenAction({ tokenId, expiresAt }: EndingToken, revokedAt: number): Action {
  return {
    Update: {
      Key: tokenKey(tokenId),
      UpdateExpression: 'SET revokedAt = :at, #ttl = :ttl',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedAt)',
      ExpressionAttributeNames: { '#ttl': TABLE.timeToLiveAttribute },
      ExpressionAttributeValues: { ':at': revokedAt, ':ttl': ttlAfter(Math.min(revokedAt, expiresAt)) },
    },
  }
}

/**
 * Access pattern T11: what the requests of an OAuth client must know, whatever its tokens were made with; nothing where
 * there is no such client any more. Strongly consistent; 1 read unit per 4 KB.
 */
export async function getClientAccess(db: Db, clientId: string): Promise<TokenAccess | undefined> {
  const Key = oauthClientKey(clientId)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && parseAccess(need(Item, 'access', isRecord))
}

/** Gives a token another name. */
export const renameTokenAction = ({ tokenId }: TokenRecord, name: string): Action => ({
  Update: {
    Key: tokenKey(tokenId),
    UpdateExpression: 'SET #name = :name',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#name': 'name' },
    ExpressionAttributeValues: { ':name': name },
  },
})

/** Has a token end at `endsAt`, in epoch milliseconds, for the one that replaces it, unless it was revoked or replaced meanwhile. */
export const replaceTokenAction = ({ tokenId, expiresAt }: TokenRecord, endsAt: number, rotatedTo: string): Action => ({
  Update: {
    Key: tokenKey(tokenId),
    UpdateExpression: 'SET expiresAt = :ends, rotatedTo = :to, #ttl = :ttl',
    ConditionExpression: 'expiresAt = :expires AND attribute_not_exists(revokedAt) AND attribute_not_exists(rotatedTo)',
    ExpressionAttributeNames: { '#ttl': TABLE.timeToLiveAttribute },
    ExpressionAttributeValues: {
      ...{ ':ends': endsAt, ':to': rotatedTo, ':expires': expiresAt, ':ttl': ttlAfter(endsAt) },
    },
  },
})

/** Gives live tokens a new copy of their access; part of the transaction that changes integration or role. */
export function rewriteTokenActions(ids: string[], access: TokenAccess): Actions {
  return Object.fromEntries(ids.map((id) => [`token:${id}`, rewriteAccessAction(tokenKey(id), access)]))
}

/** Gives an OAuth client a new copy; its access tokens ask for it. */
export const rewriteClientAction = (clientId: string, access: TokenAccess): Action =>
  rewriteAccessAction(oauthClientKey(clientId), access)

/** Takes an OAuth client away. */
export const deleteClientAction = (clientId: string): Action => ({ Delete: { Key: oauthClientKey(clientId) } })

const rewriteAccessAction = (Key: Key, access: TokenAccess): Action => ({
  Update: {
    Key,
    UpdateExpression: 'SET #access = :access',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#access': 'access' },
    ExpressionAttributeValues: { ':access': access },
  },
})

/** Reads a stored token. @throws {Error} when anything is missing or of the wrong kind: such a token opens nothing. */
export function toTokenRecord(item: Record<string, unknown>): TokenRecord {
  const revokedAt = optional(item, 'revokedAt', isNumber)
  const client = optional(item, 'client', isString)
  const rotatedTo = optional(item, 'rotatedTo', isString)
  return {
    tokenId: need(item, 'tokenId', isString),
    name: need(item, 'name', isString),
    account: need(item, 'account', isString),
    integration: need(item, 'integration', isString),
    secretHash: need(item, 'secretHash', isBytes),
    createdBy: need(item, 'createdBy', isString),
    createdAt: need(item, 'createdAt', isNumber),
    expiresAt: need(item, 'expiresAt', isNumber),
    ...(revokedAt !== undefined && { revokedAt }),
    ...(client && { client }),
    ...(rotatedTo !== undefined && { rotatedTo }),
    access: parseAccess(need(item, 'access', isRecord)),
  }
}

/** @throws {Error} when anything is missing or of the wrong kind. */
export function parseAccess(item: Record<string, unknown>): TokenAccess {
  const networkPolicy = optional(item, 'networkPolicy', isNetworkPolicy)
  const rejectTokensIssuedBefore = optional(item, 'rejectTokensIssuedBefore', isNumber)
  return {
    ...parseCarried(item),
    enabled: need(item, 'enabled', isBoolean),
    ...(networkPolicy && { networkPolicy: { mode: 'enforce' as const, ...networkPolicy } }),
    ...(rejectTokensIssuedBefore !== undefined && { rejectTokensIssuedBefore }),
  }
}

type Check<T> = (value: unknown) => value is T

function need<T>(item: Record<string, unknown>, name: string, is: Check<T>): T {
  const value = item[name]
  if (is(value)) return value
  throw new Error(`A token record has no readable "${name}"`)
}

const optional = <T>(item: Record<string, unknown>, name: string, is: Check<T>): T | undefined =>
  item[name] === undefined ? undefined : need(item, name, is)

const isString = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isNumber = (value: unknown): value is number => Number.isFinite(value)
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array
const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString)
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
/** One from before there were modes has none. */
const isNetworkPolicy = (value: unknown): value is NetworkPolicy & Partial<AppliedPolicy> =>
  isRecord(value) && isStrings(value.allowed) && isStrings(value.blocked) && isMode(value.mode)
const isMode = (value: unknown): boolean => value === undefined || POLICY_MODES.some((mode) => mode === value)
