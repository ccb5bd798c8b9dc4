import { type AttributePath, formatAttributePath, getAttribute, isComplex } from '../attribute-path.ts'
import { mutability } from '../error.ts'
import type { MemberStep } from '../members.ts'
import { quote } from '../quote.ts'
import type { Attributes, ComplexValue, Json, ResourceType, Value } from '../schema.ts'
import { checkSize } from '../validate.ts'
import { requireElementValue } from '../value.ts'
import { appendElements, mergeElements, removeElements, removeListed, replaceElements } from './elements.ts'
import type { PatchOperation } from './operation.ts'

export { sameAttributes } from '../same-attributes.ts'

/** What a PATCH makes of a resource: its new attributes, and the changes of its members in order. */
export interface PatchResult {
  attributes: Attributes
  memberSteps: MemberStep[]
}

/**
 * Applies the operations in order, each seeing what the ones before it did (RFC 7644 §3.5.2). `attributes`, in the
 * client's shape without id, meta, groups and members, is left untouched; an error means that nothing was applied.
 * @throws {ScimError} 400 noTarget, 400 invalidValue for elements without their `value`, 400 mutability for another id, 413 when the resource grows too large.
 */
export function applyPatch(
  type: ResourceType,
  attributes: Attributes,
  operations: readonly PatchOperation[],
  context: { id: string },
): PatchResult {
  const draft = copy(attributes)
  for (const operation of operations) {
    if (operation.kind === 'members') continue
    if (operation.kind === 'ownId') checkId(type, operation.id, context.id)
    else putAttribute(draft, operation.path, toNewValue(operation, getAttribute(draft, operation.path)))
  }
  requireValues(draft, operations)
  checkSize(draft)
  return { attributes: draft, memberSteps: listMemberSteps(operations) }
}

/** The changes of a group's members in a PATCH, in order; they do not depend on the group's other attributes. */
export function listMemberSteps(operations: readonly PatchOperation[]): MemberStep[] {
  return operations.flatMap((operation) => (operation.kind === 'members' ? [operation.step] : []))
}

type AttributeOperation = Exclude<PatchOperation, { kind: 'members' | 'ownId' }>

/** The attribute's value after the operation; `undefined` or an empty list for none. */
function toNewValue(operation: AttributeOperation, value: Value | undefined): Value | undefined {
  const { attribute } = operation.path
  const elements = Array.isArray(value) ? value : []
  switch (operation.kind) {
    case 'assign':
      return operation.value
    case 'unassign':
      return undefined
    case 'merge':
      return mergeComplex(isComplex(value) ? value : {}, operation)
    case 'append':
      return appendElements(attribute, elements, operation.values)
    case 'mergeElements':
      return mergeElements(elements, operation)
    case 'replaceElements':
      return replaceElements(elements, operation, operation.values)
    case 'removeElements':
      return removeElements(elements, operation)
    case 'removeListed':
      return removeListed(attribute, elements, operation.values)
  }
}

/** A reference is its `value`: without it nothing is left, and a `$ref` does not outlive a change of it. */
function mergeComplex(
  current: ComplexValue,
  { path, set, unset }: AttributeOperation & { kind: 'merge' },
): ComplexValue | undefined {
  const merged: ComplexValue = Object.assign(copy(current), set)
  for (const name of unset) delete merged[name]
  if (merged.value !== current.value && set.$ref === undefined) delete merged.$ref
  const isReference = path.attribute.subAttributes?.some(({ name }) => name === 'value')
  const isEmpty = isReference
    ? merged.value === undefined && merged.$ref === undefined
    : Object.keys(merged).length === 0
  return isEmpty ? undefined : merged
}

/** Clients make an element part by part, so whether it has got its `value` is asked at the end. */
function requireValues(draft: Attributes, operations: readonly PatchOperation[]): void {
  const paths = operations.flatMap((operation) => (operation.kind === 'mergeElements' ? [operation.path] : []))
  for (const { subAttribute: _, ...path } of new Map(paths.map((one) => [one.attribute, one])).values()) {
    const elements = getAttribute(draft, path)
    if (!Array.isArray(elements)) continue
    for (const element of elements) requireElementValue(path.attribute, element, formatAttributePath(path))
  }
}

/** Writes the value into its container; an extension comes with its first attribute and goes with its last (PAT-17). */
function putAttribute(draft: Attributes, path: AttributePath, value: Value | undefined): void {
  const urn = path.extension?.id
  const held = urn === undefined ? undefined : draft[urn]
  const container = urn === undefined ? draft : copy(isComplex(held) ? held : {})
  putValue(container, path.attribute.name, value)
  if (urn !== undefined) putValue(draft, urn, Object.keys(container).length > 0 ? container : undefined)
}

function putValue(target: ComplexValue, name: string, value: Value | undefined): void {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) delete target[name]
  else target[name] = value
}

function checkId(type: ResourceType, sent: Json, id: string): void {
  if (sent === id) return
  throw mutability(`Cannot change the id of the ${type.name} "${id}" to ${quote(sent)}: leave it out`)
}

function copy(attributes: Readonly<ComplexValue>): ComplexValue {
  return Object.assign(Object.create(null), attributes)
}
