import { type Filter, mentionsAttribute } from '../scim/filter/tree.ts'
import type { ResourceType } from '../scim/schema.ts'
import type { StoredResource } from '../store/resource-item.ts'
import type { ScimContext } from './context.ts'
import { DEFAULT_PROJECTION, type Derived, type DerivedOf, loadDerived } from './present.ts'
import type { Kind } from './special.ts'

/** The derived attribute, where the filter reads it. */
export function derivedFor(
  context: ScimContext,
  kind: Kind,
  filter: Filter,
  candidates: readonly StoredResource[],
  isRun: boolean,
): DerivedOf | undefined {
  const { type, special } = kind
  if (!readsDerived(type, (name, part) => mentionsAttribute(filter, name, part))) return undefined
  const { attribute = '' } = type.derived ?? {}
  const values = special.derived?.loadAmong && valuesIn(filter, attribute)
  if (!values) return loadDerived(context, kind, { ids: candidates.map(({ id }) => id), isRun }, DEFAULT_PROJECTION)
  const byId = new Map(candidates.map((stored) => [stored.id, stored]))
  return async (id): Promise<Derived> => {
    const stored = byId.get(id)
    return { [attribute]: (stored && (await special.derived?.loadAmong?.(context, stored, values))) ?? [] }
  }
}

/** Whether what reads some attributes reads the derived one, on which the version depends where others change it. */
export function readsDerived({ derived }: ResourceType, reads: (name: string, part?: string) => boolean): boolean {
  if (!derived) return false
  return reads(derived.attribute) || (derived.from === 'memberships' && reads('meta', 'version'))
}

/** The values a filter compares a derived attribute with, when that is all it asks of it: then no other need be read. */
function valuesIn(filter: Filter, attribute: string): string[] | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const values = filter.operands.map((operand) => valuesIn(operand, attribute))
      return values.every((list) => list !== undefined) ? values.flat() : undefined
    }
    case 'not':
      return valuesIn(filter.operand, attribute)
    case 'compare': {
      if (!mentionsAttribute(filter, attribute)) return []
      const { path, operator, value } = filter
      const isValue = !('unknown' in path) && (path.subAttribute === undefined || path.subAttribute.name === 'value')
      return isValue && operator === 'eq' && typeof value === 'string' ? [value] : undefined
    }
    default:
      return mentionsAttribute(filter, attribute) ? undefined : []
  }
}
