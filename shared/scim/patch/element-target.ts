import { formatAttributePath } from '../attribute-path.ts'
import { invalidValue } from '../error.ts'
import { listConjuncts } from '../filter/plan.ts'
import type { Filter } from '../filter/tree.ts'
import type { Attribute, ComplexValue, Json, Value } from '../schema.ts'
import { parseValue } from '../value.ts'
import type { ElementMerge, PatchOperation, WireOperation } from './operation.ts'
import type { PatchPath } from './path.ts'

/**
 * Reads one operation on a multi-valued attribute: on all its values, or on the elements that a filter selects.
 * @throws {ScimError} 400 invalidValue when the value does not fit.
 */
export function parseElementsOperation(path: PatchPath, operation: WireOperation): PatchOperation | undefined {
  if (path.subAttribute) return parseSubAttribute(path, path.subAttribute, operation)
  return path.filter ? parseSelected(path, operation) : parseWhole(path, operation)
}

function parseWhole(path: PatchPath, { op, value = null }: WireOperation): PatchOperation | undefined {
  const values = parseElements(path, value)
  switch (op) {
    case 'add':
      return values && { kind: 'append', path, values }
    case 'replace':
      return values ? { kind: 'assign', path, value: values } : { kind: 'unassign', path }
    case 'remove':
      if (value === null) return { kind: 'unassign', path }
      return values && { kind: 'removeListed', path, values }
  }
}

function parseSelected(path: PatchPath, { op, value = null }: WireOperation): PatchOperation | undefined {
  const { filter } = path
  const values = op === 'remove' ? undefined : parseElements(path, value)
  if (values === undefined) return op === 'add' ? undefined : { kind: 'removeElements', path, filter }
  if (op === 'replace') return { kind: 'replaceElements', path, filter, values }
  const [set, ...more] = values as ComplexValue[]
  if (set && more.length === 0) return { kind: 'mergeElements', ...merge(path, op, set, []) }
  throw invalidValue(`Cannot add ${values.length} values to ${formatAttributePath(path)} by a filter: send one`)
}

function parseSubAttribute(path: PatchPath, sub: Attribute, { op, value = null }: WireOperation): PatchOperation {
  const typed = op === 'remove' ? undefined : parseValue(sub, value, formatAttributePath(path))
  if (typed === undefined) return { kind: 'mergeElements', ...merge(path, 'remove', {}, [sub.name]) }
  return { kind: 'mergeElements', ...merge(path, op, { [sub.name]: typed }, []) }
}

/**
 * Without a match `add` makes the element its filter describes (Entra), `replace` has no target (RFC 7644 §3.5.2.3),
 * and `remove` is done. Without a filter an attribute that has no values yet gets its first one.
 */
function merge(path: PatchPath, op: WireOperation['op'], set: ComplexValue, unset: string[]): ElementMerge {
  const { filter } = path
  const described = filter && op !== 'add' ? undefined : describeElement(filter)
  const create = op === 'remove' ? undefined : described && { ...described, ...set }
  return { path, filter, set, unset, mustMatch: op !== 'remove', ...(create && { create }) }
}

/** The element that `type eq "work" and primary eq true` describes; none for a filter with any other term. */
function describeElement(filter: Filter | undefined): ComplexValue | undefined {
  const element: ComplexValue = {}
  for (const term of filter ? listConjuncts(filter) : []) {
    if (term.kind !== 'compare' || term.operator !== 'eq' || term.value === null || 'unknown' in term.path) {
      return undefined
    }
    element[term.path.attribute.name] = term.value
  }
  return element
}

/** A single value stands for a list of one. */
function parseElements(path: PatchPath, value: Json): Value[] | undefined {
  const list = value === null || Array.isArray(value) ? value : [value]
  return parseValue(path.attribute, list, formatAttributePath(path)) as Value[] | undefined
}
