import { isReturned, type Projection } from '../scim/project.ts'
import type { Value } from '../scim/schema.ts'
import { mapConcurrently } from '../store/batch.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { ScimContext } from './context.ts'
import { type DerivedOf, loadDerived, type Presented, presentStored } from './present.ts'
import type { Kind, ReadPage, Whole } from './special.ts'

const PARALLEL = 32

/** A resource that was read, and what is to be shown of it. */
export interface Found {
  kind: Kind
  stored: StoredResource
  projection: Projection
  /** Its derived attribute, where that is being read already. */
  derived?: DerivedOf | undefined
  /** Its place among those passed, where all of these stand next to each other. */
  at?: number | undefined
}

/**
 * Resources as the caller sees them, with what they derive from others where that is shown: groups of one version with
 * their members, however many; groups that are deleted while their members are read are left out.
 */
export async function loadShown(context: ScimContext, found: Found[]): Promise<Presented[]> {
  const derivedOf = loadPages(context, found)
  const [whole, presented] = await Promise.all([
    loadWhole(context, found),
    mapConcurrently(found, PARALLEL, async (one) => {
      if (showsWhole(one)) return undefined
      const { kind, stored, projection, derived = derivedOf.get(kind) } = one
      return presentStored(context, stored, projection, await derived?.(stored.id))
    }),
  ])
  return found.flatMap((one, i) => {
    const loaded = whole.get(one.stored.id)
    return presented[i] ?? (loaded ? presentWhole(context, loaded, one.projection) : [])
  })
}

/** A page of what stands in a list, and whether it is a run: at least half of those passed between its ends. */
export function pageOf(of: readonly Pick<Found, 'stored' | 'at'>[]): ReadPage {
  const places = of.map(({ at }) => at ?? Number.NaN)
  const passed = Math.max(...places) - Math.min(...places) + 1
  return { ids: of.map(({ stored }) => stored.id), isRun: of.length * 2 >= passed }
}

/** Whether it may be too much to hold: who counts no members has none. */
const showsWhole = ({ kind, stored, projection }: Found): boolean =>
  kind.special.derived?.loadWhole !== undefined &&
  isReturned(projection, attributeOf(kind.type)) &&
  stored.memberCount !== 0

const attributeOf = ({ derived }: Kind['type']): string => derived?.attribute ?? ''

async function loadWhole(context: ScimContext, found: Found[]): Promise<ReadonlyMap<string, Whole>> {
  const byKind = Map.groupBy(found.filter(showsWhole), ({ kind }) => kind)
  const loading = [...byKind].map(([{ special }, of]) => {
    const resources = of.map(({ stored }) => stored)
    return special.derived?.loadWhole?.(context, resources) ?? new Map<string, Whole>()
  })
  return new Map((await Promise.all(loading)).flatMap((loaded) => [...loaded]))
}

/** Begins to read what is derived, of each type together, unless that was begun before or there is nothing. */
function loadPages(context: ScimContext, found: Found[]): Map<Kind, DerivedOf> {
  const unread = Map.groupBy(
    found.filter(({ derived }) => !derived),
    ({ kind }) => kind,
  )
  return new Map([...unread].map(([kind, of]) => [kind, loadPage(context, kind, of)]))
}

function loadPage(context: ScimContext, kind: Kind, found: Found[]): DerivedOf {
  const [{ projection }] = found as [Found]
  if (kind.special.derived?.loadWhole === undefined) return loadDerived(context, kind, pageOf(found), projection)
  return async () => ({ [attributeOf(kind.type)]: [] })
}

/** Values that are still to be read are presented page by page, as those that are held. */
function presentWhole(context: ScimContext, { stored, values }: Whole, projection: Projection): Presented {
  const name = attributeOf(stored.type)
  const present = (some: Value[]) => presentStored(context, stored, projection, { [name]: some })
  if (Array.isArray(values)) return present(values)
  const bare = present([])
  const shown = mapPages(values, (page) => present(page).resource[name])
  return { ...bare, resource: { ...bare.resource, [name]: shown } }
}

async function* mapPages(
  pages: AsyncIterable<Value[]>,
  toShown: (page: Value[]) => Presented['resource'][string] | undefined,
): AsyncGenerator<Value[]> {
  for await (const page of pages) {
    const shown = toShown(page)
    if (Array.isArray(shown)) yield shown
  }
}
