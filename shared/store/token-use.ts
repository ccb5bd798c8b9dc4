import { addressBlock } from '../auth/address-block.ts'
import type { Principal } from '../auth/principal.ts'
import type { Db } from './client.ts'
import { minuteOf } from './events/item.ts'
import { type Key, useKey } from './keys.ts'
import { TABLE } from './table.ts'
import { ttlAfter } from './token-ttl.ts'

/** That a token was used from a block of addresses: the first and the last minute, ISO 8601. */
export interface Use {
  tokenId: string
  integration: string
  address: string
  since: string
  lastUsedAt: string
}

/** Whose use it is. */
export type User = Pick<Principal, 'account' | 'integration' | 'tokenId' | 'tokenExpiresAt' | 'client'>

/** One use to be written, in the words of UpdateItem; whoever sends it decides how values are marshalled. */
export interface UseWrite {
  TableName: string
  Key: Key
  UpdateExpression: string
  ExpressionAttributeNames: Record<string, string>
  ExpressionAttributeValues: Record<string, string | number>
}

/** Notes that a token is used from an address at an instant. */
export type NoteUse = (db: Db, user: User, sourceIp: string, now: Date) => Promise<void>

/**
 * Access pattern T9: keeps to the minute that tokens are used; 1 write unit for each minute, process, token and block of
 * addresses, and nothing for the other requests (docs/decisions/0031-use-of-tokens.md). The row stays as long as the
 * token is remembered. A process has one of these; what could not be written is written by the next request.
 */
export function useNoter(send: (db: Db, write: UseWrite) => Promise<void>): NoteUse {
  let written = { minute: '', keys: new Set<string>() }
  return async (db, user, sourceIp, now) => {
    const minute = minuteOf(now)
    if (written.minute !== minute) written = { minute, keys: new Set() }
    const { keys } = written
    const address = addressBlock(sourceIp)
    // Access tokens come and go; who uses them is their client.
    const usedId = user.client?.id ?? user.tokenId
    const key = `${user.account} ${usedId} ${address}`
    if (keys.has(key)) return
    keys.add(key)
    try {
      await send(db, toUseWrite(db, user, useKey(user.account, usedId, address), minute))
    } catch (error) {
      keys.delete(key)
      throw error
    }
  }
}

function toUseWrite({ tableName }: Pick<Db, 'tableName'>, user: User, Key: Key, minute: string): UseWrite {
  const { integration, tokenExpiresAt } = user
  return {
    TableName: tableName,
    Key,
    UpdateExpression:
      'SET lastUsedAt = :minute, since = if_not_exists(since, :minute), integration = :via, #ttl = :ttl',
    ExpressionAttributeNames: { '#ttl': TABLE.timeToLiveAttribute },
    ExpressionAttributeValues: { ':minute': minute, ':via': integration, ':ttl': ttlAfter(tokenExpiresAt) },
  }
}

/** Reads a row back; none where it is not one of ours. */
export function parseUse({ sk, integration, since, lastUsedAt }: Record<string, unknown>): Use[] {
  const [, tokenId, address] = /^(\w+)#(.+)$/.exec(String(sk)) ?? []
  const texts = [integration, since, lastUsedAt]
  if (!tokenId || !address || !texts.every((text) => typeof text === 'string')) return []
  return [{ tokenId, address, integration: String(integration), since: String(since), lastUsedAt: String(lastUsedAt) }]
}
