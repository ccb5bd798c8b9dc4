import type { Value } from '../scim/schema.ts'
import { mapConcurrently } from '../store/batch.ts'
import { listTombstones } from '../store/groups/heads.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import { listMemberPages } from '../store/groups/members.ts'
import type { StoredResource } from '../store/resource-item.ts'
import { getResources } from '../store/resources.ts'
import type { ScimContext } from './context.ts'
import { presentMember } from './present.ts'

/** Pages, 1 MB each, of a group that is read before its answer begins: some 20,000 members. A larger one is sent as it is read. */
const MAX_HELD_PAGES = 6
/** How often a group that keeps changing is read; it is then shown as it was read last. */
const MAX_READINGS = 4
const PARALLEL = 16

/** A group with its members: held, or still to be read where they are too many. */
export interface WholeGroup {
  stored: StoredResource
  members: Value[] | AsyncIterable<Value[]>
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
    left = await listMoved(context, found, loaded)
  }
  return loaded
}

async function loadOnce(context: ScimContext, groups: StoredResource[]): Promise<WholeGroup[]> {
  const { db, principal } = context
  const deleted = listTombstones(db, principal.account)
  const load = async (stored: StoredResource): Promise<WholeGroup> => {
    const pages = presentPages(context, listMemberPages(db, principal.account, stored.id), deleted)
    return { stored, members: await hold(pages) }
  }
  const [found] = await Promise.all([mapConcurrently(groups, PARALLEL, load), deleted])
  return found
}

/** Those that others changed while they were read, as they are now; who is gone is no longer among `loaded`. */
async function listMoved(
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

async function* presentPages(
  context: ScimContext,
  pages: AsyncIterable<StoredMember[]>,
  deleted: Promise<ReadonlyMap<string, unknown>>,
): AsyncGenerator<Value[]> {
  for await (const page of pages) {
    const gone = await deleted
    yield page.filter(({ userId }) => !gone.has(userId)).map((member) => presentMember(context, member))
  }
}

/** All of it where that may be held, otherwise what was read of it already with the rest behind. */
async function hold(pages: AsyncGenerator<Value[]>): Promise<Value[] | AsyncIterable<Value[]>> {
  const held: Value[][] = []
  for (let n = 0; n <= MAX_HELD_PAGES; n++) {
    const { done, value } = await pages.next()
    if (done) return held.flat()
    held.push(value)
  }
  return chain(held, pages)
}

async function* chain(held: Value[][], rest: AsyncIterable<Value[]>): AsyncGenerator<Value[]> {
  for (let page = held.shift(); page; page = held.shift()) yield page
  yield* rest
}
