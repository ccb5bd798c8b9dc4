import { randomBytes } from 'node:crypto'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { ScimError } from '../scim/error.ts'
import { CURSOR_TIMEOUT_SECONDS } from '../scim/limits.ts'
import type { Db } from './client.ts'
import { type Key, pageKey } from './keys.ts'

/** The last object of a page in the list's order; the next page begins behind it. */
export interface Position {
  id: string
  /** Sort value, where the list is sorted by an attribute that this object has. */
  key?: string | number
}

/** The list a mark belongs to: account, and a hash of role, visibility, token and query. */
export interface MarkedList {
  account: string
  queryHash: string
}

/** An unguessable handle for a cursor (RFC 9865), good for CURSOR_TIMEOUT_SECONDS once it is put. */
export const newCursor = (now: Date): string => `${randomBytes(16).toString('base64url')}.${expiry(now).toString(36)}`

/** Opens a cursor; it works for this list only. 1 write unit. */
export async function putCursor(db: Db, list: MarkedList, cursor: string, position: Position, now: Date) {
  const Item = { ...cursorKey(list, cursor), ...position, ttl: expiry(now) }
  await db.client.send(new PutCommand({ TableName: db.tableName, Item }))
}

/** @throws {ScimError} 400 expiredCursor or invalidCursor (RFC 9865 §3). */
export async function requireCursor(db: Db, list: MarkedList, cursor: string, now: Date): Promise<Position> {
  const expires = /^[A-Za-z0-9_-]{22}\.([0-9a-z]{1,9})$/.exec(cursor)?.[1]
  if (expires === undefined) throw invalidCursor()
  if (Number.parseInt(expires, 36) <= toSeconds(now)) {
    throw new ScimError(400, 'expiredCursor', 'The cursor has expired: start again with an empty cursor')
  }
  const Key = cursorKey(list, cursor)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  if (!Item || typeof Item.id !== 'string' || !(Number(Item.ttl) > toSeconds(now))) throw invalidCursor()
  return { id: Item.id, ...(Item.key !== undefined && { key: Item.key }) }
}

const invalidCursor = () =>
  new ScimError(400, 'invalidCursor', 'The cursor is not one of this query: start again with an empty cursor')

const cursorKey = ({ account, queryHash }: MarkedList, cursor: string): Key => ({
  pk: pageKey(account, queryHash),
  sk: `CURSOR#${cursor}`,
})

export const toSeconds = (now: Date): number => Math.floor(now.getTime() / 1000)
/** When a cursor or a mark that is written now expires, in epoch seconds. */
export const expiry = (now: Date): number => toSeconds(now) + CURSOR_TIMEOUT_SECONDS
