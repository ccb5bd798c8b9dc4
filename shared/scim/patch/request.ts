import { findSchema } from '../attribute-path.ts'
import { parseMembers, parseMessage } from '../envelope.ts'
import { invalidPath, invalidSyntax, invalidValue, namedTwice, noTarget, tooLarge } from '../error.ts'
import { MAX_PATCH_OPERATIONS } from '../limits.ts'
import { applyQuirks } from '../quirks.ts'
import { quote } from '../quote.ts'
import { isJsonObject, type Json, type JsonObject, type ResourceType, type Schema } from '../schema.ts'
import { isUnassigned } from '../value.ts'
import type { PatchOperation, WireOperation } from './operation.ts'
import { PATCH_OP } from './patch-op.ts'
import { refuseRepetitions } from './repetitions.ts'
import { parseSchemasOperation } from './schemas.ts'
import { parseAttributeOperation } from './target.ts'

const OPS = new Map<string, WireOperation['op']>([
  ['add', 'add'],
  ['replace', 'replace'],
  ['remove', 'remove'],
])

/**
 * Reads the body of a PATCH (RFC 7644 §3.5.2): resolves every path and validates every value, so that what is left
 * to `applyPatch` depends on the resource alone.
 * @throws {ScimError} 400 invalidSyntax for a wrong envelope, else 400 with the scimType of the failing operation; 413
 * for more than {@link MAX_PATCH_OPERATIONS}.
 */
export function parsePatch(type: ResourceType, body: Json): PatchOperation[] {
  return parseOperations(body)
    .map((operation) => applyQuirks(operation, type))
    .flatMap((operation) => expandOnce(type, operation))
    .map((operation) => parseAttributeOperation(type, operation))
    .filter((operation) => operation !== undefined)
}

function parseOperations(body: Json): WireOperation[] {
  const { Operations } = parseMessage(body, PATCH_OP, ['Operations'])
  if (!Array.isArray(Operations) || Operations.length === 0) {
    throw invalidSyntax('Cannot read the PatchOp: Operations must be an array of at least one operation')
  }
  if (Operations.length <= MAX_PATCH_OPERATIONS) return Operations.map(parseWireOperation)
  throw tooLarge(`Cannot apply ${Operations.length} operations: send at most ${MAX_PATCH_OPERATIONS} in one PATCH`)
}

function parseWireOperation(json: Json, index: number): WireOperation {
  const what = `Operations[${index}]`
  const { op: word, path, value } = parseMembers(json, ['op', 'path', 'value'], what)
  const op = typeof word === 'string' ? OPS.get(word.toLowerCase()) : undefined
  if (!op) throw invalidSyntax(`Cannot read ${what}: op must be add, replace or remove, found ${quote(word)}`)
  const text = path ?? ''
  if (typeof text !== 'string') {
    throw invalidPath(`Cannot read the path of ${what}: expected a string, found ${quote(text)}`)
  }
  return { op, ...(text.trim() && { path: text.trim() }), ...(value !== undefined && { value }), inValue: false }
}

function expandOnce(type: ResourceType, operation: WireOperation): WireOperation[] {
  const expanded = expand(type, operation).map((inner) => applyQuirks(inner, type))
  refuseRepetitions(type, expanded)
  return expanded
}

/**
 * An operation without a path, or on a whole extension, as one operation per attribute that its value names. Keys are
 * attribute names, URNs with an object, or whole paths such as `name.givenName` (Entra).
 */
function expand(type: ResourceType, operation: WireOperation): WireOperation[] {
  const removed = parseSchemasOperation(type, operation)
  if (removed) return removed.flatMap(unassignAll)
  const container = operation.path === undefined ? type.schema : findSchema(type, operation.path)
  if (!container) return [operation]
  const { id } = container
  const isCore = container === type.schema
  if (operation.op === 'remove') return isCore ? refuseRemoval() : unassignAll(container)
  const { value } = operation
  if (!isCore && isUnassigned(value)) return operation.op === 'replace' ? unassignAll(container) : []
  if (!isJsonObject(value)) throw notAnObject(operation)
  refuseSpellings(value)
  const named = Object.keys(value).map((name) => ({
    ...operation,
    path: operation.path === undefined ? name : `${id}:${name}`,
    value: value[name] as Json,
    inValue: true,
  }))
  return isCore ? named.flatMap((inner) => expand(type, inner)) : named
}

function unassignAll({ id, attributes }: Schema): WireOperation[] {
  return attributes.map(({ name }) => ({ op: 'remove', path: `${id}:${name}`, inValue: true, whole: true }))
}

function refuseRemoval(): never {
  throw noTarget('Cannot remove without a path: name the attribute to remove in "path"')
}

function notAnObject({ op, path, value }: WireOperation) {
  const place = path === undefined ? 'without a path' : `of ${quote(path)}`
  if (value === undefined) return invalidValue(`Cannot ${op} ${place} without a value: send one`)
  return invalidValue(`Cannot ${op} ${place} the value ${quote(value)}: expected an object of attributes`)
}

/** Names that differ by letter case only are one name, and which value would win is anyone's guess. */
function refuseSpellings(object: JsonObject): void {
  const names = new Set<string>()
  for (const name of Object.keys(object)) {
    const folded = name.toLowerCase()
    if (names.has(folded)) throw namedTwice(quote(name))
    names.add(folded)
  }
}
