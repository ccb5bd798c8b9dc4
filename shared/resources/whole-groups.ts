import { mapConcurrently } from '../store/batch.ts'
import type { Db } from '../store/client.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import { listMemberPages } from '../store/groups/members.ts'
import { listTombstones, openTombstones, type TombstonesAmong } from '../store/groups/tombstones.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResources } from '../store/resources.ts'
import type { ScimContext } from './context.ts'

/** Pages of a group that are read before its answer begins, 20,000 members or 10 MB. A larger one is sent as it is read. */
const MAX_HELD_PAGES = 10
/** How often a group that keeps changing is read; it is then shown as it was read last. */
const MAX_READINGS = 4
const PARALLEL = 16

/** A group with its members: held, or still to be read where they are too many. */
export interface WholeGroup {
  stored: StoredResource
  members: StoredMember[] | AsyncIterable<StoredMember[]>
}

/**
 * Reads the members of groups, by the groups' ids, without users who are deleted. Those that are held are of the
 * version they are shown with: a group that moved meanwhile is read again. Groups that are gone by then are left out.
 * Two round trips, more for each MB of members; 1 read unit for some 20 members, and 1 for each group.
 */
export async function loadWholeGroups(
  context: ScimContext,
  groups: StoredResource[],
): Promise<Map<string, WholeGroup>> {
  const loaded = new Map<string, WholeGroup>()
  let left = groups
  for (let readings = 0; left.length > 0 && readings < MAX_READINGS; readings++) {
    const found = await loadOnce(context, left)
    for (const one of found) loaded.set(one.stored.id, one)
    left = await loadMoved(context, found, loaded)
  }
  return loaded
}

async function loadOnce(context: ScimContext, groups: StoredResource[]): Promise<WholeGroup[]> {
  const { db, principal } = context
  const deleted = groups.length > 1 ? allTombstones(db, principal.account) : openTombstones(db, principal.account)
  const load = async (stored: StoredResource): Promise<WholeGroup> => {
    const pages = withoutDeleted(listMemberPages(db, principal.account, stored), deleted)
    return { stored, members: await hold(pages) }
  }
  const [found] = await Promise.all([mapConcurrently(groups, PARALLEL, load), deleted])
  return found
}

/** Once for all groups: they may have many members between them. */
async function allTombstones(db: Db, account: string): Promise<TombstonesAmong> {
  const all = await listTombstones(db, account)
  return async () => all
}

/** Those that others changed while they were read, as they are now; who is gone is no longer among `loaded`. */
async function loadMoved(
  { db, principal, types }: ScimContext,
  found: WholeGroup[],
  loaded: Map<string, WholeGroup>,
): Promise<StoredResource[]> {
  const held = found.flatMap(({ stored, members }) => (Array.isArray(members) ? [stored] : []))
  const ids = held.map(({ id }) => id)
  const now = new Map((await getResources(db, principal.account, types.Group, ids)).map((group) => [group.id, group]))
  for (const id of ids) if (!now.has(id)) loaded.delete(id)
  return held.flatMap(({ id, version }) => {
    const group = now.get(id)
    return group && group.version !== version ? [group] : []
  })
}

async function* withoutDeleted(
  pages: AsyncIterable<StoredMember[]>,
  deleted: Promise<TombstonesAmong>,
): AsyncGenerator<StoredMember[]> {
  for await (const page of pages) {
    const tombstonesAmong = await deleted
    const gone = await tombstonesAmong(page.map(({ userId }) => userId))
    yield gone.size === 0 ? page : page.filter(({ userId }) => !gone.has(userId))
  }
}

/** All of it where that may be held, otherwise what was read of it already with the rest behind. */
async function hold(pages: AsyncGenerator<StoredMember[]>): Promise<WholeGroup['members']> {
  const held: StoredMember[][] = []
  // Behind the members comes a page of those whom open changes add.
  while (held.length <= MAX_HELD_PAGES + 1) {
    const { done, value } = await pages.next()
    if (done) return held.flat()
    held.push(value)
  }
  return chain(held, pages)
}

async function* chain(held: StoredMember[][], rest: AsyncIterable<StoredMember[]>): AsyncGenerator<StoredMember[]> {
  for (let page = held.shift(); page; page = held.shift()) yield page
  yield* rest
}
