import { isReturned, type Projection } from '../scim/project.ts'
import { hasMembers, type Value } from '../scim/schema.ts'
import { mapConcurrently } from '../store/batch.ts'
import type { StoredMember } from '../store/groups/member-item.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { ScimContext } from './context.ts'
import { type Derived, loadDerived, type Presented, presentMember, presentStored } from './present.ts'
import { loadWholeGroups, type WholeGroup } from './whole-groups.ts'

const PARALLEL = 32

/** A resource that was read, and what is to be shown of it. */
export interface Found {
  stored: StoredResource
  projection: Projection
  /** Its derived attribute, where that is being read already. */
  derived?: Promise<Derived | undefined> | undefined
}

/**
 * Resources as the caller sees them, with what they derive from others where that is shown: groups of one version with
 * their members, however many; groups that are deleted while their members are read are left out.
 */
export async function loadShown(context: ScimContext, found: Found[]): Promise<Presented[]> {
  const groups = found.filter(showsMembers).map(({ stored }) => stored)
  const [loaded, presented] = await Promise.all([
    loadWholeGroups(context, groups),
    mapConcurrently(found, PARALLEL, async (one) => (showsMembers(one) ? undefined : loadOne(context, one))),
  ])
  return found.flatMap((one, i) => {
    const whole = loaded.get(one.stored.id)
    return presented[i] ?? (whole ? presentWhole(context, whole, one.projection) : [])
  })
}

/** Whether members have to be read: who counts none has none. */
const showsMembers = ({ stored: { type, memberCount }, projection }: Found): boolean =>
  hasMembers(type) && isReturned(projection, attributeOf(type)) && memberCount !== 0

const attributeOf = ({ derived }: StoredResource['type']): string => derived?.attribute ?? ''

async function loadOne(context: ScimContext, { stored, projection, derived }: Found): Promise<Presented> {
  const { type, id } = stored
  const shown = hasMembers(type)
    ? { [attributeOf(type)]: [] }
    : await (derived ?? loadDerived(context, type, id, projection))
  return presentStored(context, stored, projection, shown)
}

/** Members that are still to be read are presented page by page, as those that are held. */
function presentWhole(context: ScimContext, { stored, members }: WholeGroup, projection: Projection): Presented {
  const name = attributeOf(stored.type)
  const present = (some: StoredMember[]) => {
    const values = some.map((member) => presentMember(context, member))
    return presentStored(context, stored, projection, { [name]: values })
  }
  if (Array.isArray(members)) return present(members)
  const bare = present([])
  const shown = mapPages(members, (page) => present(page).resource[name])
  return { ...bare, resource: { ...bare.resource, [name]: shown } }
}

async function* mapPages(
  pages: AsyncIterable<StoredMember[]>,
  toShown: (page: StoredMember[]) => Presented['resource'][string] | undefined,
): AsyncGenerator<Value[]> {
  for await (const page of pages) {
    const shown = toShown(page)
    if (Array.isArray(shown)) yield shown
  }
}
