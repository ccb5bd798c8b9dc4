import { formatAttributePath } from '../attribute-path.ts'
import { invalidValue } from '../error.ts'
import { listConjuncts } from '../filter/plan.ts'
import type { Attribute, ComplexValue, Json, Value } from '../schema.ts'
import { parseElements, parseParts, parseValue } from '../value.ts'
import type { ElementMerge, PatchOperation, WireOperation } from './operation.ts'
import type { PatchPath } from './path.ts'

/**
 * Reads one operation on a multi-valued attribute: on all its values, or on the elements that a filter selects.
 * @throws {ScimError} 400 invalidValue when the value does not fit.
 */
export function parseElementsOperation(path: PatchPath, operation: WireOperation): PatchOperation | undefined {
  if (path.subAttribute) return parseElementPart(path, path.subAttribute, operation)
  return path.filter ? parseSelected(path, operation) : parseUnfiltered(path, operation)
}

function parseUnfiltered(path: PatchPath, { op, value = null }: WireOperation): PatchOperation | undefined {
  if (op === 'remove') return parseRemoval(path, value)
  const values = parseValues(path, value)
  if (op === 'add') return values && { kind: 'append', path, values }
  return values ? { kind: 'assign', path, value: values } : { kind: 'unassign', path }
}

/** Without a value all values go, with an empty list none (CHECKLIST PAT-10). */
function parseRemoval(path: PatchPath, value: Json): PatchOperation | undefined {
  if (value === null) return { kind: 'unassign', path }
  const values = parseElements(path.attribute, value, formatAttributePath(path))
  return values.length > 0 ? { kind: 'removeListed', path, values } : undefined
}

function parseSelected(path: PatchPath, { op, value = null }: WireOperation): PatchOperation | undefined {
  const { filter } = path
  const values = op === 'remove' ? [] : parseSelectedValues(path, op, value)
  if (values.length === 0) return op === 'add' ? undefined : { kind: 'removeElements', path, filter }
  if (op === 'replace') return { kind: 'replaceElements', path, filter, values }
  const [set, ...more] = values
  if (set && more.length === 0) return { kind: 'mergeElements', ...merge(path, op, set as ComplexValue, []) }
  throw invalidValue(`Cannot add ${values.length} values to ${formatAttributePath(path)} by a filter: send one`)
}

function parseElementPart(path: PatchPath, sub: Attribute, { op, value = null }: WireOperation): PatchOperation {
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
  const described = filter && op !== 'add' ? undefined : describeElement(path)
  const create = op === 'remove' ? undefined : described && { ...described, ...set }
  return { path, filter, set, unset, mustMatch: op !== 'remove', ...(create && { create }) }
}

/**
 * The element that `type eq "work" and primary eq true` describes; none for a filter with any other term.
 * @throws {ScimError} 400 invalidValue where no value could be what the filter says.
 */
function describeElement(path: PatchPath): ComplexValue | undefined {
  const element: ComplexValue = {}
  for (const term of path.filter ? listConjuncts(path.filter) : []) {
    if (term.kind !== 'compare' || term.operator !== 'eq' || term.value === null || 'unknown' in term.path) {
      return undefined
    }
    const { attribute } = term.path
    const typed = parseValue(attribute, term.value, formatAttributePath({ ...path, subAttribute: attribute }))
    if (typed !== undefined) element[attribute.name] = typed
  }
  return element
}

/** What `add` merges into elements that are there need not have a `value` of its own. */
function parseSelectedValues(path: PatchPath, op: WireOperation['op'], value: Json): Value[] {
  if (op === 'add') return parseParts(path.attribute, value, formatAttributePath(path))
  return parseValues(path, value) ?? []
}

function parseValues(path: PatchPath, value: Json): Value[] | undefined {
  return parseValue(path.attribute, value, formatAttributePath(path)) as Value[] | undefined
}
