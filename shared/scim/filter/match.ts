import { isComplex, listValues } from '../attribute-path.ts'
import { parseDateTime } from '../date-time.ts'
import { toComparisonForm } from '../fold.ts'
import type { Attribute, Attributes, Value } from '../schema.ts'
import type { CompareOperator, Comparison, Filter, Operand } from './tree.ts'

/** A filter made ready: whether a resource (or an element of a multi-valued attribute) passes it. */
export type Predicate = (resource: Attributes) => boolean
/** Strings and numbers in a form that `===` and `<` compare as the attribute's type says. */
type Comparable = string | number | boolean

const predicates = new WeakMap<Filter, Predicate>()

/**
 * Whether a resource, as clients see it, passes the filter (RFC 7644 §3.4.2.2). A multi-valued attribute passes when
 * any of its values does; `ne` and `eq null` are also true of an attribute without any value.
 */
export function matchesFilter(filter: Filter, resource: Attributes): boolean {
  return toPredicate(filter)(resource)
}

/** Prepares the filter once: operands are folded and instants read here, not for each resource. */
export function toPredicate(filter: Filter): Predicate {
  const known = predicates.get(filter)
  if (known) return known
  const predicate = compile(filter)
  predicates.set(filter, predicate)
  return predicate
}

/** Whether a value counts as assigned: not empty text, no empty list, no empty object (RFC 7643 §2.5). */
function isPresent(value: Value | undefined): boolean {
  if (value === undefined || value === '') return false
  if (Array.isArray(value)) return value.some(isPresent)
  return !isComplex(value) || Object.values(value).some(isPresent)
}

function compile(filter: Filter): Predicate {
  switch (filter.kind) {
    case 'and': {
      const operands = filter.operands.map(toPredicate)
      return (resource) => operands.every((operand) => operand(resource))
    }
    case 'or': {
      const operands = filter.operands.map(toPredicate)
      return (resource) => operands.some((operand) => operand(resource))
    }
    case 'not': {
      const operand = toPredicate(filter.operand)
      return (resource) => !operand(resource)
    }
    case 'elements':
      return compileElements(filter)
    default:
      return compileTerm(filter)
  }
}

function compileElements(filter: Filter & { kind: 'elements' }): Predicate {
  const { path } = filter
  const selected = toPredicate(filter.filter)
  const passes = filter.also ? toPredicate(filter.also) : () => true
  return (resource) =>
    listValues(resource, path).some((element) => isComplex(element) && selected(element) && passes(element))
}

function compileTerm(filter: Filter & { kind: 'compare' | 'present' }): Predicate {
  const { path } = filter
  const test = filter.kind === 'present' ? isPresent : compileComparison(filter)
  if ('unknown' in path) {
    const outcome = test(undefined)
    return () => outcome
  }
  return (resource) => {
    const values = listValues(resource, path)
    return values.length === 0 ? test(undefined) : values.some(test)
  }
}

function compileComparison({ path, operator, value }: Comparison): (value: Value | undefined) => boolean {
  if (value === null) return (stored) => (operator === 'eq') === !isAssigned(stored)
  const attribute = 'unknown' in path ? undefined : (path.subAttribute ?? path.attribute)
  const compare = comparisons[operator]
  const operand = toComparable(attribute, value)
  return (stored) => {
    const comparable = toComparable(attribute, stored)
    return comparable === undefined ? operator === 'ne' : compare(comparable, operand as Comparable)
  }
}

/** `eq null` asks for what is unassigned; empty text is a value (RFC 7643 §2.5). */
function isAssigned(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some(isAssigned)
  return isComplex(value) ? Object.values(value).some(isAssigned) : value !== undefined
}

const comparisons: Record<CompareOperator, (stored: Comparable, operand: Comparable) => boolean> = {
  eq: (stored, operand) => stored === operand,
  ne: (stored, operand) => stored !== operand,
  co: (stored, operand) => String(stored).includes(String(operand)),
  sw: (stored, operand) => String(stored).startsWith(String(operand)),
  ew: (stored, operand) => String(stored).endsWith(String(operand)),
  gt: (stored, operand) => stored > operand,
  ge: (stored, operand) => stored >= operand,
  lt: (stored, operand) => stored < operand,
  le: (stored, operand) => stored <= operand,
}

/** Instants as numbers; text folded unless the attribute is caseExact (CHECKLIST FIL-2, FIL-3). */
function toComparable(attribute: Attribute | undefined, value: Value | Operand | undefined): Comparable | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  if (attribute?.type === 'dateTime') return parseDateTime(value)
  return attribute ? toComparisonForm(attribute, value) : value
}
