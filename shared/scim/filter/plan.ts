import type { AttributePath } from '../attribute-path.ts'
import { foldName } from '../fold.ts'
import { hasMembers, type ResourceType } from '../schema.ts'
import type { Comparison, Elements, Filter } from './tree.ts'

/** The cheapest way to the resources a filter can match; every way but `scan` costs the same at any size. */
export type AccessPath =
  | { by: 'id'; id: string }
  | { by: 'ids'; ids: readonly string[] }
  /** `attribute` where it is not the type's unique name. */
  | { by: 'name'; name: string; attribute?: string }
  | { by: 'lookup'; attribute: string; value: string }
  | { by: 'member'; userId: string }
  | { by: 'namePrefix'; prefix: string }
  | { by: 'scan' }

const CHEAPEST_FIRST = ['id', 'ids', 'name', 'lookup', 'member', 'namePrefix', 'scan'] as const

/**
 * Chooses the access path: `id`, the type's unique names, its lookups and its members are found by key, also as one
 * operand of an `and`; several ids joined by `or` are too. What it leads to holds every match, and may hold more: see `isExact`.
 */
export function planFilter(filter: Filter, type: ResourceType): AccessPath {
  const paths = listConjuncts(filter).map((term) => planTerm(term, type))
  return paths.reduce((best, path) => (cost(path) < cost(best) ? path : best), { by: 'scan' })
}

/**
 * Whether the access path leads to the matches and nothing else, so that the filter need not be tried again. A lookup
 * also leads to who has the value as its name.
 */
export function isExact(plan: AccessPath, filter: Filter): boolean {
  return plan.by !== 'scan' && plan.by !== 'lookup' && filter.kind === 'compare'
}

/** The operands that must all hold, nested `and`s included. */
export function listConjuncts(filter: Filter): Filter[] {
  return filter.kind === 'and' ? filter.operands.flatMap(listConjuncts) : [filter]
}

function planTerm(term: Filter, type: ResourceType): AccessPath {
  if (term.kind === 'compare') return planComparison(term, type)
  if (term.kind === 'or') return planAlternatives(term.operands, type)
  return term.kind === 'elements' ? planElements(term, type) : { by: 'scan' }
}

/** Ids in the order that lists have. */
function planAlternatives(operands: readonly Filter[], type: ResourceType): AccessPath {
  const paths = operands.map((operand) => planTerm(operand, type))
  const ids = paths.flatMap((path) => (path.by === 'id' ? [path.id] : path.by === 'ids' ? path.ids : []))
  return paths.every(({ by }) => by === 'id' || by === 'ids')
    ? { by: 'ids', ids: [...new Set(ids)].sort() }
    : { by: 'scan' }
}

function planComparison({ path, operator, value }: Comparison, type: ResourceType): AccessPath {
  if ('unknown' in path || typeof value !== 'string') return { by: 'scan' }
  if (path.extension) return operator === 'eq' ? planExtension(path, value, type) : { by: 'scan' }
  if (operator === 'eq') return planEquality(path, value, type)
  const isPrefix = operator === 'sw' && path.attribute.name === type.uniqueName && foldName(value) !== ''
  return isPrefix ? { by: 'namePrefix', prefix: value } : { by: 'scan' }
}

/** A name in an extension, under whichever URN this client sees it. */
function planExtension({ extension, attribute }: AttributePath, value: string, type: ResourceType): AccessPath {
  const urn = attribute.aliasOf ?? extension?.id
  const isName = type.furtherNames.some((name) => name.urn === urn && name.attribute === attribute.name)
  return isName && value !== '' ? { by: 'name', name: value, attribute: attribute.name } : { by: 'scan' }
}

function planEquality({ attribute, subAttribute }: AttributePath, value: string, type: ResourceType): AccessPath {
  const name = subAttribute ? `${attribute.name}.${subAttribute.name}` : attribute.name
  if (name === type.uniqueName) return { by: 'name', name: value }
  // No key is empty.
  if (value === '') return { by: 'scan' }
  if (name === 'id') return { by: 'id', id: value }
  if (type.lookups.includes(name)) return { by: 'lookup', attribute: name, value }
  const isMember = hasMembers(type) && name === `${type.derived?.attribute}.value`
  return isMember ? { by: 'member', userId: value } : { by: 'scan' }
}

/** `emails[value eq "x" and ...]`: the equality of one element is a path to the whole. */
function planElements({ path, filter, also }: Elements, type: ResourceType): AccessPath {
  for (const term of [...listConjuncts(filter), ...(also ? [also] : [])]) {
    if (term.kind !== 'compare' || term.operator !== 'eq' || 'unknown' in term.path) continue
    if (typeof term.value !== 'string' || path.extension) continue
    const plan = planEquality({ attribute: path.attribute, subAttribute: term.path.attribute }, term.value, type)
    if (plan.by !== 'scan') return plan
  }
  return { by: 'scan' }
}

function cost(path: AccessPath): number {
  return CHEAPEST_FIRST.indexOf(path.by)
}
