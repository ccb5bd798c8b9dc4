import { expectedName, formatAttributePath } from '../attribute-path.ts'
import { invalidPath, invalidValue, mutability } from '../error.ts'
import { quoteExpression } from '../quote.ts'
import {
  type Attribute,
  type ComplexValue,
  findAttribute,
  isJsonObject,
  type Json,
  type ResourceType,
} from '../schema.ts'
import { membersAttribute } from '../schemas/core-group.ts'
import { isUnassigned, parseValue, valueRequired } from '../value.ts'
import { parseElementsOperation } from './element-target.ts'
import { parseMemberStep } from './members.ts'
import type { PatchOperation, WireOperation } from './operation.ts'
import { type PatchPath, parsePatchPath } from './path.ts'

/**
 * Reads one operation on one attribute; nothing when it is to be ignored: unknown and readOnly names inside a value,
 * and what would leave the attribute as it is.
 * @throws {ScimError} 400 invalidPath, invalidFilter, invalidValue or mutability.
 */
export function parseAttributeOperation(type: ResourceType, operation: WireOperation): PatchOperation | undefined {
  const path = parsePatchPath(type, operation.path ?? '')
  if (!path) return ignoreUnknown(type, operation)
  if ((path.subAttribute ?? path.attribute).mutability === 'readOnly' || path.attribute.mutability === 'readOnly') {
    return parseReadOnly(path, operation)
  }
  if (operation.op !== 'remove' && operation.value === undefined) throw missingValue(path, operation)
  if (path.attribute === membersAttribute) return parseMembersOperation(path, operation)
  if (path.attribute.multiValued) return parseElementsOperation(path, operation)
  return path.attribute.type === 'complex'
    ? parseComplexOperation(path, operation)
    : parseSimpleOperation(path, operation)
}

function ignoreUnknown(type: ResourceType, { op, path = '', inValue }: WireOperation): undefined {
  if (inValue) return
  const expected = expectedName(type, path)
  const reason = expected ? `expected ${expected}` : `a ${type.name} has no such attribute`
  throw invalidPath(`Cannot ${op} ${quoteExpression(path)}: ${reason}`)
}

/** Clients send whole resources as values, so what they cannot change is no error there; their own id must be right. */
function parseReadOnly(path: PatchPath, { op, value = null, inValue }: WireOperation): PatchOperation | undefined {
  if (!inValue) throw mutability(`Cannot ${op} ${formatAttributePath(path)}: it is read-only; leave it out`)
  return path.attribute.name === 'id' ? { kind: 'ownId', id: value } : undefined
}

function parseMembersOperation(path: PatchPath, operation: WireOperation): PatchOperation | undefined {
  const step = parseMemberStep(path, operation)
  return step && { kind: 'members', step }
}

function parseSimpleOperation(path: PatchPath, { op, value = null, whole }: WireOperation): PatchOperation | undefined {
  if (whole) return resetToDefault(path)
  const text = formatAttributePath(path)
  const typed = op === 'remove' ? undefined : parseValue(path.attribute, value, text)
  if (typed === undefined) return mayUnassign(path.attribute, op, text) ? { kind: 'unassign', path } : undefined
  if (typed === '' && path.attribute.required) throw valueRequired(text)
  return { kind: 'assign', path, value: typed }
}

/** What goes with its extension is afterwards as a PUT without the extension leaves it. */
function resetToDefault(path: PatchPath): PatchOperation {
  const { defaultValue, aliasOf } = path.attribute
  if (defaultValue === undefined || aliasOf !== undefined) return { kind: 'unassign', path }
  return { kind: 'assign', path, value: defaultValue }
}

/** A complex attribute is merged: sub-attributes that are not named stay as they are (RFC 7644 §3.5.2.3). */
function parseComplexOperation(path: PatchPath, { op, value = null }: WireOperation): PatchOperation | undefined {
  const text = formatAttributePath(path)
  if (path.subAttribute) return parsePartOperation(path, path.subAttribute, op, value)
  if (op === 'remove' || isUnassigned(value)) {
    return mayUnassign(path.attribute, op, text) ? { kind: 'unassign', path } : undefined
  }
  const set = (parseValue(path.attribute, value, text) ?? {}) as ComplexValue
  const unset = listUnassigned(path.attribute, value)
  return Object.keys(set).length + unset.length > 0 ? { kind: 'merge', path, set, unset } : undefined
}

function parsePartOperation(
  path: PatchPath,
  sub: Attribute,
  op: WireOperation['op'],
  value: Json,
): PatchOperation | undefined {
  const text = formatAttributePath(path)
  const typed = op === 'remove' ? undefined : parseValue(sub, value, text)
  if (typed !== undefined) return { kind: 'merge', path, set: { [sub.name]: typed }, unset: [] }
  return mayUnassign(sub, op, text) ? { kind: 'merge', path, set: {}, unset: [sub.name] } : undefined
}

/** The sub-attributes that the value names in order to clear them. */
function listUnassigned(attribute: Attribute, value: Json): string[] {
  if (!isJsonObject(value)) return []
  const names = Object.keys(value).filter((name) => isUnassigned(value[name] as Json))
  const found = names.map((name) => findAttribute(attribute.subAttributes ?? [], name))
  return found.filter((sub) => sub !== undefined && sub.mutability !== 'readOnly').map((sub) => (sub as Attribute).name)
}

/** An attribute with a default value keeps its value (SNO-1, RES-16); a required one cannot lose it (PAT-9, PAT-16). */
function mayUnassign(attribute: Attribute, op: WireOperation['op'], text: string): boolean {
  if (attribute.defaultValue !== undefined) return false
  if (!attribute.required) return true
  throw op === 'remove' ? mutability(`Cannot remove ${text}: it is required; replace it instead`) : valueRequired(text)
}

function missingValue(path: PatchPath, { op }: WireOperation) {
  return invalidValue(`Cannot ${op} ${formatAttributePath(path)} without a value: send one`)
}
