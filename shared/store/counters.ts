import { randomInt } from 'node:crypto'
import type { Db } from './client.ts'
import { type Collection, countKey, type Key } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import type { Action } from './transaction.ts'

/**
 * Counters are spread over this many items, since a create and a delete each move one inside their transaction and
 * transactions on one item cancel each other (docs/decisions/0003-counter-shards.md).
 */
export const COUNT_SHARDS = 64

/** Moves the count of a type by `delta`: of everybody's objects and of the owner's, in one item. */
export function moveCountAction(account: string, type: Collection, owner: string, delta: 1 | -1): Action {
  return {
    Update: {
      Key: anyShardKey(account, type),
      UpdateExpression: 'ADD #all :delta, #own :delta',
      ExpressionAttributeNames: { '#all': 'all', '#own': ownName(owner) },
      ExpressionAttributeValues: { ':delta': delta },
    },
  }
}

/** Takes one from an owner's count and adds it to another's, in one item, and says when: epoch ms. */
export const passCountAction = (account: string, type: Collection, from: string, to: string, at: number): Action => ({
  Update: {
    Key: anyShardKey(account, type),
    UpdateExpression: 'SET #moved = :at ADD #from :less, #to :more',
    ExpressionAttributeNames: { '#from': ownName(from), '#to': ownName(to), '#moved': `${MOVED}${to}` },
    ExpressionAttributeValues: { ':less': -1, ':more': 1, ':at': at },
  },
})

const anyShardKey = (account: string, type: Collection): Key => ({
  pk: countKey(account, type),
  sk: String(randomInt(COUNT_SHARDS)).padStart(3, '0'),
})

/** How many objects of a type there are, and how many of them one role owns. */
export interface Counts {
  all: number
  own: number
  /** When something last came to that role from another, in epoch ms; 0 for never. */
  movedAt: number
}

/** Objects of a type: all of the account, or those of one owner. As {@link listCounts}. */
export async function countResources(db: Db, account: string, type: Collection, owner?: string): Promise<number> {
  const { all, own } = await listCounts(db, account, type, owner)
  return owner === undefined ? all : own
}

/** Counts the objects of a type, and those of one owner. One consistent Query, at most 3 read units. */
export async function listCounts(db: Db, account: string, type: Collection, owner = ''): Promise<Counts> {
  const items = await listCountItems(db, account, type)
  const own = items.reduce((total, item) => total + (Number(item[ownName(owner)]) || 0), 0)
  const movedAt = Math.max(0, ...items.map((item) => Number(item[`${MOVED}${owner}`]) || 0))
  return { all: toAllCount(items), own, movedAt }
}

/** How many objects of a type each owner has, of those who have some. One consistent Query, at most 3 read units. */
export const listOwnerCounts = async (db: Db, account: string, type: Collection): Promise<Map<string, number>> =>
  toOwnerCounts(await listCountItems(db, account, type))

/** The counters of a type as they are stored. One consistent Query, at most 3 read units. */
export const listCountItems = (db: Db, account: string, type: Collection): Promise<Record<string, unknown>[]> =>
  queryAll(db, ofPartition(countKey(account, type)))

/** What stored counters say of each owner who has something. */
export const toOwnerCounts = (items: readonly Record<string, unknown>[]): Map<string, number> =>
  new Map([...sumOwners(items)].filter(([, count]) => count > 0))

/** What stored counters say of each owner they name, be it nothing, or less. */
export function sumOwners(items: readonly Record<string, unknown>[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [name, count] of items.flatMap((item) => Object.entries(item))) {
    if (name.startsWith(OWN))
      counts.set(name.slice(OWN.length), (counts.get(name.slice(OWN.length)) ?? 0) + Number(count))
  }
  return counts
}

/** What stored counters say of all owners together. */
export const toAllCount = (items: readonly Record<string, unknown>[]): number =>
  items.reduce((total, item) => total + (Number(item.all) || 0), 0)

const OWN = 'own#'
const MOVED = 'moved#'
const ownName = (owner: string) => `${OWN}${owner}`
