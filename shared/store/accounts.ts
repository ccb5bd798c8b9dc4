import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod/mini'
import type { Db } from './client.ts'
import { ACCOUNTS, accountKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import type { Action } from './transaction.ts'

/** An account with its settings. */
export interface Account {
  account: string
  createdAt?: string | undefined
  /** The name of the policy for integrations that have none of their own. */
  networkPolicy?: string | undefined
  /** Whether users have a name (`snowflakeUserName`) apart from the one to sign in with. */
  separateUserNames?: true | undefined
  /** Counts the changes of its settings, and the integrations that were made in it. */
  version: number
}

const accountItem = z.object({
  sk: z.string(),
  createdAt: z.optional(z.string()),
  networkPolicy: z.optional(z.string()),
  separateUserNames: z.optional(z.literal(true)),
  version: z._default(z.int(), 0),
})

/** Settings of an account that its integrations and their tokens have copies of. */
export interface CopiedSettings {
  policy?: string | null
  separateUserNames?: boolean
}

/**
 * Makes the account unless it is there, and counts that: a part of each transaction that makes an integration or a role
 * in it, so that who drops it at the same time loses the race. With `copied` it holds only while these are the account's
 * settings; a policy of null stands for none.
 */
export function ensureAccountAction(account: string, now: Date, copied: CopiedSettings = {}) {
  const { policy, separateUserNames } = copied
  const conditions = [
    ...(policy === undefined
      ? []
      : [policy === null ? 'attribute_not_exists(networkPolicy)' : 'networkPolicy = :policy']),
    ...(separateUserNames === undefined
      ? []
      : [`attribute_${separateUserNames ? '' : 'not_'}exists(separateUserNames)`]),
  ]
  return {
    Update: {
      Key: accountKey(account),
      UpdateExpression: 'SET createdAt = if_not_exists(createdAt, :now) ADD #version :one',
      ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':now': now.toISOString(), ':one': 1, ...(policy && { ':policy': policy }) },
    },
  }
}

/** Access pattern A2: an account with its settings. Strongly consistent; 1 read unit. */
export async function getAccount(db: Db, account: string): Promise<Account | undefined> {
  const get = new GetCommand({ TableName: db.tableName, Key: accountKey(account), ConsistentRead: true })
  const { Item } = await db.client.send(get)
  return Item && toAccount(Item)
}

/** Access pattern A3: the first `limit` accounts, by name. Strongly consistent; 1 read unit per 4 KB. */
export async function getAccounts(db: Db, limit?: number): Promise<Account[]> {
  return (await queryAll(db, ofPartition(ACCOUNTS), limit)).map(toAccount)
}

/** The names of the first `limit` accounts. As {@link getAccounts}. */
export async function listAccounts(db: Db, limit: number): Promise<string[]> {
  return (await getAccounts(db, limit)).map(({ account }) => account)
}

function toAccount(item: Record<string, unknown>): Account {
  const { sk: account, ...settings } = accountItem.parse(item)
  return { account, ...settings }
}

/** Stores a new account, unless there is one of the name. */
export const putNewAccountAction = ({ account, ...settings }: Account): Action => ({
  Put: { Item: { ...accountKey(account), ...settings }, ConditionExpression: 'attribute_not_exists(pk)' },
})

/** Stores an account's settings over the version before, which of accounts from before there were versions is 0. */
export function putAccountAction({ account, ...settings }: Account): Action {
  const Item = { ...accountKey(account), ...settings }
  return { Put: { Item, ...isAccountAt(settings.version - 1) } }
}

/** Takes an account away, if nothing was made in it since it was read. */
export const deleteAccountAction = ({ account, version }: Account): Action => ({
  Delete: { Key: accountKey(account), ...isAccountAt(version) },
})

/** Accounts from before there were versions have none. */
const isAccountAt = (version: number) => ({
  ConditionExpression: version === 0 ? 'attribute_not_exists(version)' : 'version = :version',
  ...(version > 0 && { ExpressionAttributeValues: { ':version': version } }),
})

/** Access pattern A1: makes the account unless it is there; 1 write unit. */
export async function ensureAccount(db: Db, account: string, now: Date): Promise<void> {
  if (await getAccount(db, account)) return
  const { Update } = ensureAccountAction(account, now)
  await db.client.send(new UpdateCommand({ TableName: db.tableName, ...Update }))
}
