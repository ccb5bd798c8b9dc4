import type { ResourceType } from '../../scim/schema.ts'
import { listMembersAmong } from '../../store/groups/members.ts'
import { listNamesBehind, type NamedObject } from '../../store/name-range.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { getResources } from '../../store/resources.ts'
import type { AdminContext } from '../admin-context.ts'
import type { NamePlace, ObjectSearch } from './search-input.ts'

/** Names that one answer looks at where only who owns them is asked: some 150 read units. */
export const MAX_NAMES = 5000
/** The same where objects or memberships have to be read to know: as many read units, and 25. */
export const MAX_LOOKED = 1000
/** Names that are looked at together. */
const CHUNK = 500

/** What a walk found, in the order of names, and where the next one goes on; undefined behind the last name. */
export interface Walked {
  found: StoredResource[]
  next: NamePlace | undefined
  /** Whether it ended because it had looked at as many as one answer may. */
  isBounded: boolean
}

interface Match extends NamePlace {
  id: string
  resource?: StoredResource | undefined
}

/** Whose objects are looked for; of the search what names alone do not tell. */
type Conditions = Pick<ObjectSearch, 'active' | 'owner'> & { role: StoredResource | undefined }

type Place = Pick<AdminContext, 'db' | 'account'>

/**
 * Walks over names in their order, those behind a place, until a page is full or as many were looked at as one answer
 * may. Names and objects are strongly consistent; who is gone between the two reads is left out.
 */
export async function walkNames(
  place: Place,
  type: ResourceType,
  { q, limit, cursor, ...rest }: Pick<ObjectSearch, 'q' | 'limit' | 'cursor'> & Conditions,
): Promise<Walked> {
  const most = needsObjects(rest) ? MAX_LOOKED : MAX_NAMES
  const begun = cursor?.looked ?? 0
  const matches: Match[] = []
  let [after, looked, isOver] = [cursor?.after, begun, false]
  while (matches.length <= limit && looked - begun < most && !isOver) {
    const size = Math.min(hasConditions(rest) ? CHUNK : limit + 1 - matches.length, most - (looked - begun))
    const { names, reached } = await listNamesBehind(place.db, place.account, type, { prefix: q, after, limit: size })
    matches.push(...(await matchNames(place, type, rest, names, looked)))
    looked += names.length
    after = reached
    isOver = reached === undefined
  }
  const shown = matches.slice(0, limit)
  const last = matches.length > limit ? shown.at(-1) : undefined
  const next = last ?? (after === undefined ? undefined : { after, looked })
  return {
    found: await loadMatches(place, type, shown),
    next: next && { after: next.after, looked: next.looked },
    isBounded: last === undefined && next !== undefined,
  }
}

const needsObjects = ({ active, role }: Conditions): boolean => active !== undefined || role !== undefined
const hasConditions = (conditions: Conditions): boolean => needsObjects(conditions) || conditions.owner !== undefined

/** Those of some names that meet the conditions: the cheapest is asked first. */
async function matchNames(
  place: Place,
  type: ResourceType,
  { active, owner, role }: Conditions,
  names: readonly NamedObject[],
  before: number,
): Promise<Match[]> {
  const named = names.flatMap(({ folded, id, owner: of }, i): Match[] =>
    id === undefined || (owner !== undefined && of !== owner) ? [] : [{ after: folded, id, looked: before + i + 1 }],
  )
  const members = role && (await listMembersAmong(place.db, place.account, role, idsOf(named)))
  const held = members ? named.filter(({ id }) => members.has(id)) : named
  if (active === undefined) return held
  const byId = await loadById(place, type, held)
  return held.flatMap((match) => {
    const resource = byId.get(match.id)
    return resource && isActive(resource) === active ? [{ ...match, resource }] : []
  })
}

/** Whether a user may work: one of whom nothing is said is active. */
export const isActive = ({ attributes }: StoredResource): boolean => attributes.active !== false

const idsOf = (matches: readonly Match[]): string[] => matches.map(({ id }) => id)

async function loadById({ db, account }: Place, type: ResourceType, matches: readonly Match[]) {
  return new Map((await getResources(db, account, type, idsOf(matches))).map((one) => [one.id, one]))
}

async function loadMatches(place: Place, type: ResourceType, matches: readonly Match[]): Promise<StoredResource[]> {
  const unread = matches.filter(({ resource }) => resource === undefined)
  const byId = unread.length > 0 ? await loadById(place, type, unread) : new Map<string, StoredResource>()
  return matches.flatMap(({ id, resource = byId.get(id) }) => resource ?? [])
}
