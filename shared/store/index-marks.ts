import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'
import { type Key, pageKey } from './keys.ts'
import { expiry, type MarkedList, type Position, toSeconds } from './pages.ts'
import { queryAll } from './query-all.ts'

/** A page by index: the one that begins at `startIndex` and holds at most `count`. */
export interface IndexPage {
  startIndex: number
  count: number
}

/** What was shown before a page, for the walks that come to it (docs/decisions/0016-walks-by-index.md). */
export interface IndexMark extends IndexPage {
  /** The last object before the page. */
  position: Position
  /** Since when `position` is what it is, in epoch seconds. */
  since: number
  /** What it was before, for walks that came until then. */
  earlier?: { position: Position; until: number } | undefined
  /** Walks that were shown what is before the page, and have not asked for it yet. */
  waiting: number
  /** Other indexes it goes by: of clients that add what they were shown, after a page of fewer than `count`. */
  aliases: number[]
}

/** A mark as it was found, and which of its changes this is. */
export interface StoredMark extends IndexMark {
  version: number
}

/** Another request has changed the mark. */
export class MarkChanged extends Error {
  override readonly name = 'MarkChanged'
}

/**
 * The marks at a page and those up to the page behind it; of a first page, which begins at none, the latter alone.
 * Strongly consistent; 1 read unit for some 15 marks.
 */
export async function listIndexMarks(db: Db, list: MarkedList, page: IndexPage, now: Date): Promise<StoredMark[]> {
  const { startIndex, count } = page
  const { pk, sk: to } = markKey(list, { startIndex: startIndex + count, count })
  const from = startIndex === 1 ? to : markKey(list, { startIndex, count: 0 }).sk
  const items = await queryAll(db, {
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
    ConsistentRead: true,
  })
  return items.flatMap((item) => toLiveMark(item, now) ?? [])
}

/** The mark at a page, if there is one. Strongly consistent; 1 read unit. */
export async function getIndexMark(db: Db, list: MarkedList, page: IndexPage, now: Date) {
  const Key = markKey(list, page)
  const { Item } = await db.client.send(new GetCommand({ TableName: db.tableName, Key, ConsistentRead: true }))
  return Item && toLiveMark(Item, now)
}

/**
 * Writes a mark over the one that was found, for ten minutes more. 1 write unit.
 * @throws {MarkChanged} when another request was quicker.
 */
export async function putIndexMark(
  db: Db,
  list: MarkedList,
  found: StoredMark | undefined,
  mark: IndexMark,
  now: Date,
) {
  const put = new PutCommand({
    TableName: db.tableName,
    Item: { ...markKey(list, mark), ...mark, ttl: expiry(now), version: (found?.version ?? 0) + 1 },
    ...(found ? unchanged(found) : absent(now)),
  })
  try {
    await db.client.send(put)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error
    throw new MarkChanged('The mark has changed', { cause: error })
  }
}

const unchanged = ({ version }: StoredMark) => ({
  ConditionExpression: '#version = :found',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':found': version },
})

/** TTL deletes late. */
const absent = (now: Date) => ({
  ConditionExpression: 'attribute_not_exists(pk) OR #ttl <= :now',
  ExpressionAttributeNames: { '#ttl': 'ttl' },
  ExpressionAttributeValues: { ':now': toSeconds(now) },
})

/** Sorted by index, then by size, both padded: the marks from one page to the next are one range. */
function markKey({ account, queryHash }: MarkedList, { startIndex, count }: IndexPage): Key {
  const sk = `INDEX#${String(startIndex).padStart(16, '0')}#${String(count).padStart(4, '0')}`
  return { pk: pageKey(account, queryHash), sk }
}

function toLiveMark({ ttl, ...item }: Record<string, unknown>, now: Date): StoredMark | undefined {
  const { startIndex, count, position, since, earlier, waiting, aliases, version } = item as unknown as StoredMark
  if (!(Number(ttl) > toSeconds(now))) return undefined
  return { startIndex, count, position, since, earlier, waiting, aliases, version }
}
