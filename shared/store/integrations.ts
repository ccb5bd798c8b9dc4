import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import { type IntegrationPolicy, POLICY_MODES } from '../auth/applied-policy.ts'
import { BRAKE_MODES, DEFAULT_BRAKE } from '../auth/brake.ts'
import { type Carried, defaultUnknownMembers, UNKNOWN_MEMBERS } from '../auth/carried.ts'
import { LOCAL_CHANGES, SILENT_AFTER_DAYS } from '../auth/integration-settings.ts'
import { USER_DEFAULT_NAMES } from '../auth/user-defaults.ts'
import { CLIENT_KINDS } from '../scim/client-kind.ts'
import type { Db } from './client.ts'
import { integrationCollectionKey, type Key } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import type { Action } from './transaction.ts'

/** A SCIM security integration: one identity provider's access to one account. */
export interface Integration extends Omit<Carried, 'privileges'> {
  account: string
  name: string
  enabled: boolean
  networkPolicy?: IntegrationPolicy | undefined
  comment?: string | undefined
  /** Whether administrators may change what its role owns; they may unless it says otherwise. */
  localChanges?: (typeof LOCAL_CHANGES)[number] | undefined
  /** Days without a request after which it counts as silent; 0 is never. */
  silentAfterDays: number
  /** Epoch milliseconds: tokens made before are refused. */
  rejectTokensIssuedBefore?: number | undefined
  createdAt: string
  createdBy: string
  /** Counts the changes of all but `tokens`. */
  version: number
  /** The instant of expiry, in epoch milliseconds, of every token that may be live; expired ones linger. */
  tokens: Record<string, number>
  /** The id of its OAuth client, where it has one. */
  oauthClient?: string | undefined
  /** Epoch milliseconds: access tokens that its client got before were revoked. */
  accessTokensRevokedBefore?: number | undefined
}

const stored = z.object({
  name: z.string(),
  clientKind: z.enum(CLIENT_KINDS),
  role: z.string(),
  enabled: z.boolean(),
  syncPassword: z.boolean(),
  /** Items written before there was this setting have none. */
  unknownMembers: z.optional(z.enum(UNKNOWN_MEMBERS)),
  brake: z._default(z.object({ mode: z.enum(BRAKE_MODES), objects: z.int(), share: z.int() }), DEFAULT_BRAKE),
  brakeReleasedUntil: z._default(z.int(), 0),
  networkPolicy: z.optional(
    z.object({
      name: z.optional(z.string()),
      /** Lists from before there were modes are enforced. */
      mode: z._default(z.enum(POLICY_MODES), 'enforce'),
      allowed: z.array(z.string()),
      blocked: z.array(z.string()),
      inherited: z.optional(z.literal(true)),
    }),
  ),
  comment: z.optional(z.string()),
  localChanges: z.optional(z.enum(LOCAL_CHANGES)),
  silentAfterDays: z._default(z.int(), SILENT_AFTER_DAYS),
  separateUserNames: z.optional(z.boolean()),
  userDefaults: z._default(z.partialRecord(z.enum(USER_DEFAULT_NAMES), z.string()), {}),
  endpointId: z.string(),
  rejectTokensIssuedBefore: z.optional(z.number()),
  createdAt: z.string(),
  createdBy: z.string(),
  version: z.int(),
  tokens: z.record(z.string(), z.number()),
  oauthClient: z.optional(z.string()),
  accessTokensRevokedBefore: z.optional(z.number()),
})

const integrationItem = z.pipe(
  stored,
  z.transform((item) => ({
    ...item,
    unknownMembers: item.unknownMembers ?? defaultUnknownMembers(item.clientKind),
  })),
)

const integrationKey = (account: string, name: string): Key => ({
  pk: integrationCollectionKey(account),
  sk: name,
})

/** Access pattern I1: one integration by its name. Strongly consistent; 1 read unit per 4 KB. */
export async function getIntegration(db: Db, account: string, name: string): Promise<Integration | undefined> {
  const Key = integrationKey(account, name)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && { account, ...integrationItem.parse(Item) }
}

/**
 * Access pattern I2: an account's integrations, by name; an account has a handful. Strongly consistent; 1 read unit
 * per 4 KB. Items that cannot be read are left out.
 */
export async function getIntegrations(db: Db, account: string): Promise<Integration[]> {
  const items = await queryAll(db, ofPartition(integrationCollectionKey(account)))
  return items.flatMap((item) => {
    const { success, data } = integrationItem.safeParse(item)
    return success ? [{ account, ...data }] : []
  })
}

/** Stores a new integration, or one over the version before it if its tokens are still the ones that were read. */
export function putIntegrationAction(after: Integration): Action {
  if (after.version > 1) return replaceIntegrationAction(after, { ...after, version: after.version - 1 })
  const { account, ...rest } = after
  const Item = { ...integrationKey(account, after.name), ...rest }
  return { Put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }
}

/** Stores an integration in place of another of its name, if that and its tokens are still the ones that were read. */
export const replaceIntegrationAction = (after: Integration, before: Integration): Action => {
  const { account, ...rest } = after
  return { Put: { Item: { ...integrationKey(account, after.name), ...rest }, ...isUnchanged(before) } }
}

/** Takes an integration away, if it and its tokens are still the ones that were read. */
export const deleteIntegrationAction = (integration: Integration): Action => ({
  Delete: { Key: integrationKey(integration.account, integration.name), ...isUnchanged(integration) },
})

/** The live tokens an integration may have: enough to rotate, few enough to rewrite in one transaction. */
export const MAX_LIVE_TOKENS = 10

/** The ids of the integration's live tokens. */
export const liveTokens = ({ tokens }: Integration, now: Date): string[] =>
  Object.keys(tokens).filter((id) => (tokens[id] ?? 0) > now.getTime())

/** Token ids and the instants of their expiry, in epoch milliseconds. */
type Expiries = Readonly<Record<string, number>>

/**
 * Adds a token to the integration's list, moves the end of others and drops those expired at `now`, unless the list has
 * become full meanwhile.
 */
export function addTokenAction(integration: Integration, added: Expiries, moved: Expiries, now: number): Action {
  const set = Object.entries({ ...moved, ...added })
  const expired = Object.keys(integration.tokens).filter((id) => (integration.tokens[id] ?? 0) <= now)
  const paths = expired.map((_, i) => `#tokens.#x${i}`)
  const stillThere = [...paths, ...Object.keys(moved).map((_, i) => `#tokens.#s${i}`)].map(
    (path) => `attribute_exists(${path})`,
  )
  return {
    Update: {
      Key: integrationKey(integration.account, integration.name),
      UpdateExpression: [
        `SET ${set.map((_, i) => `#tokens.#s${i} = :s${i}`).join(', ')}`,
        ...(paths.length > 0 ? [`REMOVE ${paths.join(', ')}`] : []),
      ].join(' '),
      ConditionExpression: ['version = :version', 'size(#tokens) < :full', ...stillThere].join(' AND '),
      ExpressionAttributeNames: {
        '#tokens': 'tokens',
        ...Object.fromEntries(set.map(([id], i) => [`#s${i}`, id])),
        ...Object.fromEntries(expired.map((id, i) => [`#x${i}`, id])),
      },
      ExpressionAttributeValues: {
        ':version': integration.version,
        ...Object.fromEntries(set.map(([, expiresAt], i) => [`:s${i}`, expiresAt])),
        ':full': MAX_LIVE_TOKENS + expired.length,
      },
    },
  }
}

/** Takes a token off the integration's list. */
export const dropTokenAction = (account: string, name: string, tokenId: string): Action => ({
  Update: {
    Key: integrationKey(account, name),
    UpdateExpression: 'REMOVE #tokens.#id',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#tokens': 'tokens', '#id': tokenId },
  },
})

/** Holds while neither the settings nor the tokens of an integration have changed. */
export const checkIntegrationAction = (integration: Integration): Action => ({
  ConditionCheck: { Key: integrationKey(integration.account, integration.name), ...isUnchanged(integration) },
})

const isUnchanged = ({ version, tokens }: Integration) => ({
  ConditionExpression: 'version = :version AND #tokens = :tokens',
  ExpressionAttributeNames: { '#tokens': 'tokens' },
  ExpressionAttributeValues: { ':version': version, ':tokens': tokens },
})
