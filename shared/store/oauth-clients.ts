import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import type { RestEvent } from '../audit/rest-event.ts'
import type { KeySource, Trust } from '../auth/oauth/trust.ts'
import type { Db } from './client.ts'
import { putEventAction } from './events/write.ts'
import { type Integration, putIntegrationAction } from './integrations.ts'
import { oauthClientKey, usedAssertionKey } from './keys.ts'
import { checkProvisionerAction } from './provisioners.ts'
import { TABLE } from './table.ts'
import { parseAccess, putNewTokenAction, type TokenAccess, type TokenRecord } from './token-record.ts'
import { endClientActions, type Origin, stateOf, stateOfTokens } from './tokens.ts'
import { type Action, ConditionsFailed, transact } from './transaction.ts'

/** An integration as a client of OAuth 2.0 (RFC 6749 §2): it gets access tokens itself, for what it proves itself with. */
export interface OAuthClient {
  /** 22 letters and digits; no secret. */
  clientId: string
  account: string
  integration: string
  /** At most two, so that a new one can be brought in while the old one works. */
  secrets: readonly ClientSecret[]
  /** The client's own public keys. */
  keys?: KeySource | undefined
  /** Whose assertions stand for it. */
  trusts: readonly Trust[]
  /** Epoch milliseconds. */
  createdAt: number
  createdBy: string
  /** Counts its changes, those of `access` aside. */
  version: number
  /** What its requests must know; as in a token, rewritten with the integration's settings. */
  access: TokenAccess
}

export interface ClientSecret {
  /** SHA-256, 32 bytes. */
  hash: Uint8Array
  /** Instants are epoch milliseconds. */
  createdAt: number
  /** When it stops working; the newest one has no end. */
  endsAt?: number | undefined
}

const trust = z.object({
  issuer: z.string(),
  subject: z.string(),
  audiences: z.array(z.string()),
  jwksUri: z.string(),
})
const clientItem = z.object({
  clientId: z.string(),
  account: z.string(),
  integration: z.string(),
  secrets: z.array(z.object({ hash: z.instanceof(Uint8Array), createdAt: z.number(), endsAt: z.optional(z.number()) })),
  keys: z.optional(
    z.union([z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }), z.object({ jwksUri: z.string() })]),
  ),
  trusts: z.array(trust),
  createdAt: z.number(),
  createdBy: z.string(),
  version: z.int(),
  access: z.pipe(z.record(z.string(), z.unknown()), z.transform(parseAccess)),
})

/** Access pattern O1: an OAuth client by its id. Strongly consistent; 1 read unit per 4 KB. */
export async function getOAuthClient(db: Db, clientId: string): Promise<OAuthClient | undefined> {
  const Key = oauthClientKey(clientId)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && clientItem.parse(Item)
}

/**
 * Access pattern O2: stores a new client and its id in its integration, with the event; 1 round trip.
 * @throws {ConditionsFailed} when the integration or its role has changed since it was read.
 */
export async function putNewOAuthClient(
  db: Db,
  client: OAuthClient,
  { integration, provisioner }: Origin,
  event: RestEvent,
): Promise<void> {
  const Item = { ...oauthClientKey(client.clientId), ...client }
  const after = { ...integration, oauthClient: client.clientId, version: integration.version + 1 }
  const actions = {
    client: { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } },
    integration: putIntegrationAction(after),
    role: checkProvisionerAction(client.account, provisioner),
    event: putEventAction(db, event),
  }
  await transact(db, actions, `${event.eventId}#${stateOf({ integration, provisioner })}`)
}

/**
 * Access pattern O3: stores what a client proves itself with, over the version before, with the event; 1 round trip. Its
 * copy of the settings stays as it is. @throws {ConditionsFailed} when it has changed since it was read.
 */
export async function putOAuthClientChange(db: Db, after: OAuthClient, event: RestEvent): Promise<void> {
  const actions = { client: putClientAction(after), event: putEventAction(db, event) }
  await transact(db, actions, `${event.eventId}#${after.version}`)
}

/** Stores what a client proves itself with, over the version before. */
export const putClientAction = ({ clientId, secrets, keys, trusts, version }: OAuthClient): Action => ({
  Update: {
    Key: oauthClientKey(clientId),
    UpdateExpression: `SET secrets = :secrets, trusts = :trusts, version = :version${keys ? ', #keys = :keys' : ' REMOVE #keys'}`,
    ConditionExpression: 'version = :before',
    ExpressionAttributeNames: { '#keys': 'keys' },
    ExpressionAttributeValues: {
      ...{ ':secrets': secrets, ':trusts': trusts, ':version': version, ':before': version - 1 },
      ...(keys && { ':keys': keys }),
    },
  },
})

/**
 * Access pattern O4: takes the client away, and with it all its access tokens; 1 round trip.
 * @throws {ConditionsFailed} when the integration has changed since it was read.
 */
export async function deleteOAuthClient(db: Db, integration: Integration, now: Date, event: RestEvent): Promise<void> {
  const { oauthClient: _, ...rest } = integration
  const actions = {
    ...endClientActions(integration, now.getTime()),
    integration: putIntegrationAction({ ...rest, version: rest.version + 1 }),
    event: putEventAction(db, event),
  }
  await transact(db, actions, `${event.eventId}#${stateOfTokens(integration)}`)
}

/** That an assertion is used up, until when it could be used, in epoch milliseconds. */
export interface UsedAssertion {
  jti: string
  endsAt: number
}

/** The assertion was good for one time, and was used before. */
export class AssertionUsed extends Error {
  override readonly name = 'AssertionUsed'
}

/**
 * Access pattern O5: stores an access token with its event, and that the assertion it was given for is used up; 1 round
 * trip. @throws {AssertionUsed}
 */
export async function putAccessToken(
  db: Db,
  token: TokenRecord & { client: string },
  used: UsedAssertion | undefined,
  event: RestEvent,
): Promise<void> {
  const actions = {
    token: putNewTokenAction(token),
    event: putEventAction(db, event),
    ...(used && { used: useAction(token, used) }),
  }
  try {
    await transact(db, actions, event.eventId)
  } catch (error) {
    if (error instanceof ConditionsFailed && error.failures.has('used')) throw new AssertionUsed('', { cause: error })
    throw error
  }
}

/** Remembered for a while longer than clocks may differ. */
const REMEMBERED_MS = 10 * 60_000

function useAction({ account, client }: TokenRecord & { client: string }, { jti, endsAt }: UsedAssertion) {
  const ttl = Math.ceil((endsAt + REMEMBERED_MS) / 1000)
  const Item = { ...usedAssertionKey(account, client, jti), [TABLE.timeToLiveAttribute]: ttl }
  return { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }
}
