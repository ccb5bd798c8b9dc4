import {
  type AttributePath,
  expectedName,
  formatAttributePath,
  getAttribute,
  isComplex,
  resolveAttributePath,
} from './attribute-path.ts'
import { parseDateTime } from './date-time.ts'
import { isPrimary } from './elements.ts'
import { invalidValue } from './error.ts'
import { toComparisonForm } from './fold.ts'
import { quote, quoteExpression } from './quote.ts'
import { type Attribute, type Attributes, findAttribute, type ResourceType, type Value } from './schema.ts'

/** How a list is ordered (RFC 7644 §3.4.2.3); without a path every resource counts as having no value. */
export interface Sort {
  path: AttributePath | undefined
  descending: boolean
}

/** What a resource is ordered by; `undefined` when it has no value to sort by. */
export type SortKey = string | number | undefined

/**
 * Reads `sortBy` and `sortOrder`; `undefined` when no order is asked for. A search across types passes `noValue`,
 * since an attribute one type has may be unknown to another.
 * @throws {ScimError} 400 invalidValue for an attribute that cannot be sorted by, or an unknown order.
 */
export function parseSort(
  type: ResourceType,
  sortBy?: string,
  sortOrder?: string,
  options: { unknownAttributes?: 'refuse' | 'noValue' } = {},
): Sort | undefined {
  const descending = parseOrder(sortOrder)
  if (sortBy === undefined || sortBy.trim() === '') return undefined
  const path = resolveAttributePath(type, sortBy.trim())
  if (path?.attribute && path.attribute.returned !== 'never') return { path: toSortable(path), descending }
  if (options.unknownAttributes === 'noValue') return { path: undefined, descending }
  const expected = expectedName(type, sortBy.trim())
  const reason = expected ? `expected ${expected}` : `a ${type.name} has no such attribute to sort by`
  throw invalidValue(`Cannot sort by ${quoteExpression(sortBy)}: ${reason}`)
}

/**
 * What a resource in the client's shape is ordered by: the primary value of several, else the first; text without case
 * unless the attribute is caseExact, instants as epoch milliseconds, false before true.
 */
export function sortValue({ path }: Sort, resource: Attributes): SortKey {
  if (!path) return undefined
  const value = getAttribute(resource, path)
  const single = Array.isArray(value) ? (value.find(isPrimary) ?? value[0]) : value
  const { attribute, subAttribute } = path
  if (!subAttribute) return toKey(attribute, single)
  return toKey(subAttribute, isComplex(single) ? single[subAttribute.name] : undefined)
}

/** A total order: resources without a value last when ascending and first when descending, equal ones by id. */
export function compareSorted(
  { descending }: Sort,
  a: { key?: SortKey; id: string },
  b: { key?: SortKey; id: string },
): number {
  const order = compareKeys(a.key, b.key)
  if (order !== 0) return descending ? -order : order
  return compareTexts(a.id, b.id)
}

function parseOrder(sortOrder: string | undefined): boolean {
  const order = sortOrder?.trim().toLowerCase() ?? ''
  if (order === 'descending') return true
  if (order === 'ascending' || order === '') return false
  throw invalidValue(`Cannot read sortOrder ${quote(sortOrder)}: expected "ascending" or "descending"`)
}

/** A complex attribute is sorted by its `value`; without one a sub-attribute must be named. */
function toSortable(path: AttributePath): AttributePath {
  if (path.subAttribute || path.attribute.type !== 'complex') return path
  const subAttribute = findAttribute(path.attribute.subAttributes ?? [], 'value')
  if (subAttribute) return { ...path, subAttribute }
  const name = formatAttributePath(path)
  const example = path.attribute.subAttributes?.[0]?.name
  throw invalidValue(`Cannot sort by "${name}": name one of its sub-attributes, such as "${name}.${example}"`)
}

function toKey(attribute: Attribute, value: Value | undefined): SortKey {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  if (attribute.type === 'dateTime') return parseDateTime(value)
  return toComparisonForm(attribute, value)
}

function compareKeys(a: SortKey, b: SortKey): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b)
  return compareTexts(String(a), String(b))
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
