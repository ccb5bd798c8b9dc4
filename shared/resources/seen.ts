import type { ResourceType } from '../scim/schema.ts'
import type { Db } from '../store/client.ts'
import { type Counts, listCounts } from '../store/counters.ts'
import { connectionOf } from '../store/deadline.ts'
import { listOwnedIdsNow, listOwnedPage, type Owned, type Way } from '../store/owned.ts'
import { getIdAt, listResourcePage, type PageRange } from '../store/resources.ts'
import { ownerSeen } from './access.ts'
import type { ScimContext } from './context.ts'

/** What the caller sees of a type, with the counts that say how it is best read. */
export interface Seen {
  type: ResourceType
  /** Whose objects the caller sees; everybody's without one. */
  owner: string | undefined
  counting: Promise<Counts>
}

/** Begins to count what the caller sees of a type; at most 3 read units. */
export function seenBy({ db, principal }: ScimContext, type: ResourceType): Seen {
  const owner = ownerSeen(principal, type)
  const counting = listCounts(db, principal.account, type, owner)
  // Awaited by whoever needs the total; a refusal before must not leave it unhandled.
  counting.catch(() => {})
  return { type, owner, counting }
}

/** How many objects the caller sees. */
export async function totalOf({ owner, counting }: Seen): Promise<number> {
  const { all, own } = await counting
  return owner === undefined ? all : own
}

/** A page of what the caller sees, in the order of creation, at the price of what it owns where it sees no more. */
export async function listSeen({ db, principal, now }: ScimContext, seen: Seen, page: PageRange): Promise<Owned> {
  const { account } = principal
  const { type, owner, counting } = seen
  if (owner === undefined) return { resources: await listResourcePage(db, account, type, page), isRun: true }
  return listOwnedPage(db, account, type, owner, { ...page, now, counting }, await wayOf(db, account, seen))
}

/** The id of the `n`th object that the caller sees, none where there are not so many. */
export async function getSeenIdAt({ db, principal }: ScimContext, seen: Seen, n: number): Promise<string | undefined> {
  const { type, owner, counting } = seen
  if (owner === undefined) return getIdAt(db, principal.account, type, n)
  return (await listOwnedIdsNow(db, principal.account, type, owner, { limit: n, counting }))[n - 1]
}

/**
 * A role that owns less than half finds its own by the index. It decides about the price and not the answer, so what
 * this process counted last will do, and the page need not wait for the count.
 */
async function wayOf(db: Db, account: string, { type, owner, counting }: Seen): Promise<Way> {
  const connection = connectionOf(db)
  const known = ways.get(connection) ?? new Map<string, Way>()
  ways.set(connection, known)
  const key = JSON.stringify([account, type.collection, owner])
  const counted = counting.then(({ all, own }): Way => (own * 2 < all ? 'index' : 'collection'))
  const noted = counted.then((way) => {
    known.set(key, way)
    return way
  })
  noted.catch(() => {})
  return known.get(key) ?? noted
}

const ways = new WeakMap<object, Map<string, Way>>()
