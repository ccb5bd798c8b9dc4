import { RESOURCE_TYPES } from '../../scim/resource-types.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { type Counts, listCounts } from '../../store/counters.ts'
import { listMembersAmong } from '../../store/groups/members.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import type { AdminContext } from '../admin-context.ts'
import { requireResource } from '../find-resource.ts'
import { requireAccount, requireOwner } from '../known-names.ts'
import type { NearName } from '../views/near-name.ts'
import { byName, foldedOf, loadExact } from './exact.ts'
import { isActive, walkNames } from './names-walk.ts'
import { loadNear } from './near.ts'
import { type NamePlace, type ObjectSearch, toPlaceText } from './search-input.ts'
import { loadSmallSet } from './small-set.ts'

/** A page of what was looked for, in the order of names. */
export interface FoundObjects {
  found: StoredResource[]
  /** How many there are in all, where that is known without reading them. */
  totalResults?: number
  /** To be sent as `cursor`; absent after the last. */
  next?: string
  /**
   * Where the answer ended before its page was full: names looked at so far, and how many there are, unless only those
   * with one beginning are looked at.
   */
  looked?: { at: number; of?: number }
  /** Of a search that found nobody: whose names begin most like it, in their order; absent where none does. */
  near?: NearName[]
}

type Place = Pick<AdminContext, 'db' | 'account'>

/** What a search is about: the counts of the type, and the role whose members are asked for. */
interface Asked {
  counts: Counts
  role: StoredResource | undefined
}

/**
 * Users or roles by the beginning of their name in any letter case, or by id, `externalId` or address in full; active or
 * not, of one owner, members of one role; whoever owns them. In the order of names, but for those that are identified by
 * something else than their name, which come first. A page costs 3 read units, 1 for some 40 names and 1 for each object;
 * where no index tells who matches it ends behind 1,000 objects or 5,000 names, and says how far it came. One without a
 * hit names those who are near, for 7 read units at most.
 * @throws {ScimError} 404 for an account, an owner or a role that is not there.
 */
export async function searchObjects(place: Place, type: ResourceType, search: ObjectSearch): Promise<FoundObjects> {
  const [counts, role] = await Promise.all([
    listCounts(place.db, place.account, type, search.owner),
    search.role === undefined ? undefined : requireResource(place, RESOURCE_TYPES.Group, search.role),
  ])
  if (counts.all === 0) await requireAccount(place)
  if (search.owner !== undefined && counts.own === 0) await requireOwner(place, search.owner)
  const set = await loadSmallSet(place, type, search, { counts, role })
  const page = await (set ? pageOfSet(place, set, search, role) : pageOfNames(place, type, search, { counts, role }))
  if (page.found.length > 0 || page.next !== undefined || search.cursor !== undefined) return page
  const near = await loadNear(place, type, search)
  return { ...page, ...(near.length > 0 && { near }) }
}

/** All that may match is at hand: the total is known. */
async function pageOfSet(
  place: Place,
  set: StoredResource[],
  search: ObjectSearch,
  role: StoredResource | undefined,
): Promise<FoundObjects> {
  const { cursor, limit, owner } = search
  const matching = await meeting(place, set, search, owner === undefined ? undefined : role)
  const behind = matching.sort(byName).filter((one) => cursor === undefined || foldedOf(one) > cursor.after)
  const found = behind.slice(0, limit)
  const last = behind.length > limit ? found.at(-1) : undefined
  return { found, totalResults: matching.length, ...toNext(last && { after: foldedOf(last), looked: 0 }) }
}

async function pageOfNames(
  place: Place,
  type: ResourceType,
  search: ObjectSearch,
  { counts, role }: Asked,
): Promise<FoundObjects> {
  const { q, cursor } = search
  const [exact, walked] = await Promise.all([
    q === '' || cursor !== undefined ? [] : loadExact(place, type, q).then((all) => meeting(place, all, search, role)),
    walkNames(place, type, { ...search, role }),
  ])
  const found = [...exact, ...walked.found]
  const totalResults = totalOf(search, { counts, role }) ?? (cursor || walked.next ? undefined : found.length)
  const looked = walked.isBounded &&
    walked.next && { at: walked.next.looked, ...(q === '' && { of: Math.max(counts.all, walked.next.looked) }) }
  return {
    found,
    ...(totalResults !== undefined && { totalResults }),
    ...toNext(walked.next),
    ...(looked && { looked }),
  }
}

const toNext = (next: NamePlace | undefined) => next && { next: toPlaceText(next) }

/** Those of some objects that meet what else is asked. */
async function meeting(
  { db, account }: Place,
  found: StoredResource[],
  { active, owner }: ObjectSearch,
  role: StoredResource | undefined,
): Promise<StoredResource[]> {
  const ids = found.map(({ id }) => id)
  const members = role && (await listMembersAmong(db, account, role, ids))
  return found.filter(
    (one) =>
      (owner === undefined || one.owner === owner) &&
      (active === undefined || isActive(one) === active) &&
      (members === undefined || members.has(one.id)),
  )
}

/** The counters know all of a type, all of an owner and all of a role; not what meets two conditions. */
function totalOf({ q, active, owner, role: asked }: ObjectSearch, { counts, role }: Asked): number | undefined {
  if (q !== '' || active !== undefined || (owner !== undefined && asked !== undefined)) return undefined
  if (role) return role.memberCount ?? 0
  return owner === undefined ? counts.all : counts.own
}
