import { listShownExtensions } from '../aliases.ts'
import { invalidValue, mutability } from '../error.ts'
import { toPredicate } from '../filter/match.ts'
import type { ResourceType, Schema } from '../schema.ts'
import { parseElements } from '../value.ts'
import type { WireOperation } from './operation.ts'
import { type PatchPath, parsePatchPath } from './path.ts'

const SCHEMAS_PATH = /(?:^|:)schemas\s*(?:\[|$)/i

/**
 * Reads an operation on the list of `schemas` as the extensions it removes (RFC 7644 §3.5.2): naming a schema changes
 * nothing by itself, taking an extension out removes its attributes. Nothing for an operation on anything else;
 * `schemas` inside a value says what the sender wrote by, as in a POST, and is left to be ignored.
 * @throws {ScimError} 400 mutability for the core schema or all of them, invalidValue, invalidFilter, invalidPath.
 */
export function parseSchemasOperation(type: ResourceType, operation: WireOperation): Schema[] | undefined {
  const { op, path: text = '', value = null, inValue } = operation
  const path = !inValue && SCHEMAS_PATH.test(text) ? parsePatchPath(type, text) : undefined
  if (path?.attribute.name !== 'schemas' || path.extension) return undefined
  if (op !== 'remove' && value === null) throw invalidValue(`Cannot ${op} schemas without a value: send one`)
  if (op !== 'remove' && path.filter) throw mutability(`Cannot ${op} a part of schemas: name the whole list`)
  const named = parseElements(path.attribute, value, 'schemas').map((urn) => String(urn).toLowerCase())
  const isNamed = ({ id }: Schema) => named.includes(id.toLowerCase())
  if (op === 'add') return []
  return op === 'replace' ? keepOnly(type, isNamed) : takeOut(type, path, value === null ? () => true : isNamed)
}

/**
 * An extension that answers never name is none that a list without it could mean to remove; an attribute with two URNs
 * stays where either is named.
 */
function keepOnly(type: ResourceType, isNamed: (schema: Schema) => boolean): Schema[] {
  if (!isNamed(type.schema)) throw coreRemoved(type)
  const gone = listShownExtensions(type).flatMap(({ schema }) => (isNamed(schema) ? [] : [schema]))
  const kept = type.extensions.flatMap(({ schema }) => (isNamed(schema) ? [schema.id] : []))
  return gone.map((schema) => {
    const attributes = schema.attributes.filter(({ aliasOf }) => aliasOf === undefined || !kept.includes(aliasOf))
    return { ...schema, attributes }
  })
}

function takeOut(type: ResourceType, { filter }: PatchPath, isNamed: (schema: Schema) => boolean): Schema[] {
  const matches = filter && toPredicate(filter)
  const isTaken = matches ? (schema: Schema) => matches({ value: schema.id }) : isNamed
  if (isTaken(type.schema)) throw coreRemoved(type)
  return type.extensions.map(({ schema }) => schema).filter(isTaken)
}

function coreRemoved({ name, schema }: ResourceType) {
  return mutability(`Cannot take "${schema.id}" out of schemas: every ${name} has it; name extensions only`)
}
