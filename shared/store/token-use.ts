import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { addressBlock } from '../auth/address-block.ts'
import type { Principal } from '../auth/principal.ts'
import type { Db } from './client.ts'
import { connectionOf } from './deadline.ts'
import { minuteOf } from './events/item.ts'
import { useKey, usesKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import { TABLE } from './table.ts'
import { ttlAfter } from './token-record.ts'

/** That a token was used from a block of addresses: the first and the last minute, ISO 8601. */
export interface Use {
  tokenId: string
  integration: string
  address: string
  since: string
  lastUsedAt: string
}

/** Whose use it is. */
type User = Pick<Principal, 'account' | 'integration' | 'tokenId' | 'tokenExpiresAt'>

/** What this process has written in the minute that is running, table by table. */
const written = new WeakMap<object, { minute: string; keys: Set<string> }>()

/**
 * Access pattern T9: notes that a token is used, kept to the minute; 1 write unit for each minute, process, token and
 * block of addresses, and nothing for the other requests. The row is remembered as long as its token.
 */
export async function noteUse(db: Db, user: User, sourceIp: string, now: Date): Promise<void> {
  const minute = minuteOf(now)
  const address = addressBlock(sourceIp)
  const keys = keysOf(db, minute)
  const key = `${user.account} ${user.tokenId} ${address}`
  if (keys.has(key)) return
  keys.add(key)
  try {
    await db.client.send(new UpdateCommand(toUseUpdate(db, user, address, minute)))
  } catch (error) {
    keys.delete(key)
    throw error
  }
}

function keysOf(db: Db, minute: string): Set<string> {
  const connection = connectionOf(db)
  const known = written.get(connection)
  if (known?.minute === minute) return known.keys
  const keys = new Set<string>()
  written.set(connection, { minute, keys })
  return keys
}

function toUseUpdate({ tableName }: Db, user: User, address: string, minute: string) {
  const { account, tokenId, integration, tokenExpiresAt } = user
  return {
    TableName: tableName,
    Key: useKey(account, tokenId, address),
    UpdateExpression:
      'SET lastUsedAt = :minute, since = if_not_exists(since, :minute), integration = :via, #ttl = :ttl',
    ExpressionAttributeNames: { '#ttl': TABLE.timeToLiveAttribute },
    ExpressionAttributeValues: { ':minute': minute, ':via': integration, ':ttl': ttlAfter(tokenExpiresAt) },
  }
}

/** Access pattern T10: from where the tokens of an account were used; 1 read unit for some 30 rows. */
export async function getUses(db: Db, account: string): Promise<Use[]> {
  const items = await queryAll(db, ofPartition(usesKey(account)))
  return items.flatMap(parseUse)
}

function parseUse({ sk, integration, since, lastUsedAt }: Record<string, unknown>): Use[] {
  const [, tokenId, address] = /^(\w+)#(.+)$/.exec(String(sk)) ?? []
  const texts = [integration, since, lastUsedAt]
  if (!tokenId || !address || !texts.every((text) => typeof text === 'string')) return []
  return [{ tokenId, address, integration: String(integration), since: String(since), lastUsedAt: String(lastUsedAt) }]
}
