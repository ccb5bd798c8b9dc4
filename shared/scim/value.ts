import { isComplex } from './attribute-path.ts'
import { parseDateTime } from './date-time.ts'
import { toElements } from './elements.ts'
import { invalidValue, namedTwice } from './error.ts'
import { checkIdentifier, checkText } from './identifier.ts'
import { toMembers } from './member-element.ts'
import { quote } from './quote.ts'
import {
  type Attribute,
  attributeFinder,
  type ComplexValue,
  findAttribute,
  isJsonObject,
  type Json,
  type JsonObject,
  type Value,
} from './schema.ts'
import { membersAttribute } from './schemas/core-group.ts'

/**
 * Reads one attribute's value: `undefined` means unassigned, which is what null, [] and, of a single value, an object
 * without known sub-attributes say (RFC 7643 §2.5). Text is kept exactly as sent. `path` is how error details name the
 * attribute.
 * @throws {ScimError} 400 invalidValue when the value is not of the attribute's type, invalidSyntax for a name twice.
 */
export function parseValue(attribute: Attribute, json: Json, path: string): Value | undefined {
  if (json === null) return undefined
  if (attribute.multiValued) {
    const elements = parseElements(attribute, json, path)
    return elements.length === 0 ? undefined : withoutRepetitions(attribute, elements)
  }
  const single = unwrap(attribute, json)
  return single === null ? undefined : parseSingle(attribute, single, path)
}

/** Whether JSON as a whole says "unassigned" (RFC 7643 §2.5). */
export function isUnassigned(json: Json | undefined): boolean {
  return json === null || (Array.isArray(json) && json.length === 0)
}

/**
 * Reads the elements of a multi-valued attribute one by one as they were sent; what is no array stands for a list of
 * one, null for none.
 * @throws {ScimError} 400 invalidValue for an element that is null or says nothing, or not its `value`: left out, it
 * would shorten the list, and kept, it would stand in the place of a value.
 */
export function parseElements(attribute: Attribute, json: Json, path: string): Value[] {
  const elements = parseParts(attribute, json, path)
  for (const element of elements) requireElementValue(attribute, element, path)
  return elements
}

/** @throws {ScimError} 400 invalidValue for an element without a `value`, or an empty one, where the attribute has that. */
export function requireElementValue({ subAttributes = [] }: Attribute, element: Value, path: string): void {
  if (!isComplex(element) || !findAttribute(subAttributes, 'value') || element.value) return
  throw valueRequired(`${path}.value`)
}

/** Reads elements as {@link parseElements} does, with or without a `value`. @throws {ScimError} 400 invalidValue. */
export function parseParts(attribute: Attribute, json: Json, path: string): Value[] {
  if (json === null) return []
  const list = Array.isArray(json) ? json : [json]
  return list.map((element) => {
    const value = parseSingle(attribute, element, path)
    if (value !== undefined) return value
    const names = attribute.subAttributes?.map(({ name }) => name).join(', ')
    throw wrongType(`at least one of ${names}`, element, path)
  })
}

function withoutRepetitions(attribute: Attribute, elements: readonly Value[]): Value[] {
  return attribute === membersAttribute ? toMembers(elements as ComplexValue[]) : toElements(attribute, elements)
}

/** A single value sent as an array of one, or a bare id where an object with a `value` belongs (Entra's manager). */
function unwrap(attribute: Attribute, json: Json): Json {
  if (Array.isArray(json) && json.length === 0) return null
  if (!isReferenceObject(attribute)) return json
  const single = Array.isArray(json) && json.length === 1 && json[0] !== null ? (json[0] as Json) : json
  return typeof single === 'string' ? { value: single } : single
}

function isReferenceObject(attribute: Attribute): boolean {
  return !attribute.multiValued && findAttribute(attribute.subAttributes ?? [], 'value') !== undefined
}

function parseSingle(attribute: Attribute, json: Json, path: string): Value | undefined {
  switch (attribute.type) {
    case 'complex':
      return parseComplex(attribute, json, path)
    case 'boolean':
      return parseBoolean(json, path)
    case 'integer':
      return parseNumber(json, path, Number.isInteger, 'an integer')
    case 'decimal':
      return parseNumber(json, path, Number.isFinite, 'a number')
    case 'dateTime':
      return checkDateTime(json, path)
    default:
      return parseText(attribute, json, path)
  }
}

function parseComplex(attribute: Attribute, json: Json, path: string): ComplexValue | undefined {
  if (!isJsonObject(json)) throw wrongType('an object', json, path)
  const subAttributes = attribute.subAttributes ?? []
  const value = parseAttributes(subAttributes, json, `${path}.`)
  if (isReferenceObject(attribute) && value.value === '') return undefined
  requireAttributes(subAttributes, value, `${path}.`)
  return isEmpty(value) ? undefined : value
}

/**
 * Reads the attributes of `table` that `json` names, in any letter case; readOnly and unknown ones are left out. The
 * result has no prototype. `prefix` goes before the names in error details; `seen` spans several objects.
 * @throws {ScimError} 400 invalidSyntax when one attribute is named twice, 400 invalidValue as `parseValue` does.
 */
export function parseAttributes(
  table: readonly Attribute[],
  json: JsonObject,
  prefix: string,
  target: ComplexValue = Object.create(null),
  seen: Attribute[] = [],
): ComplexValue {
  const find = attributeFinder(table)
  for (const name of Object.keys(json)) {
    const attribute = find(name)
    if (!attribute) continue
    // A table has few attributes: looking through them is quicker than a set for each of many elements.
    if (seen.includes(attribute)) throw namedTwice(prefix + attribute.name)
    seen.push(attribute)
    if (attribute.mutability === 'readOnly') continue
    const value = parseValue(attribute, json[name] as Json, prefix + attribute.name)
    if (value !== undefined) target[attribute.name] = value
  }
  return target
}

/** Refuses `value` where a required attribute of `table` has no value or an empty one (RFC 7643 §2.2). */
export function requireAttributes(table: readonly Attribute[], value: ComplexValue, prefix = ''): void {
  for (const { name, required, mutability } of table) {
    if (!required || mutability === 'readOnly') continue
    if (value[name] !== undefined && value[name] !== '') continue
    throw valueRequired(prefix + name)
  }
}

/** The refusal of a required attribute without a value; `path` is how it is named. */
export const valueRequired = (path: string) => invalidValue(`The attribute ${path} is required: send it with a value`)

/** Booleans come as text from some clients (CHECKLIST RES-10, Entra). */
function parseBoolean(json: Json, path: string): boolean {
  const word = typeof json === 'string' ? json.toLowerCase() : json
  if (word === true || word === 'true') return true
  if (word === false || word === 'false') return false
  throw wrongType('true or false', json, path)
}

function parseNumber(json: Json, path: string, accepts: (json: Json) => boolean, expected: string): number {
  if (typeof json === 'number' && accepts(json)) return json
  throw wrongType(expected, json, path)
}

function checkDateTime(json: Json, path: string): string {
  if (typeof json === 'string' && parseDateTime(json) !== undefined) return json
  throw wrongType('a date and time such as "2026-01-31T09:30:00Z"', json, path)
}

function parseText(attribute: Attribute, json: Json, path: string): string {
  if (typeof json !== 'string') throw wrongType('a string', json, path)
  if (attribute.identifier && (attribute.required || json !== '')) checkIdentifier(path, json)
  // A password is hashed, never shown, and any character makes it better.
  else if (attribute.mutability !== 'writeOnly') checkText(path, json)
  return attribute.allowedValues ? parseAllowed(attribute.allowedValues, json, path) : json
}

function parseAllowed(allowed: readonly string[], text: string, path: string): string {
  const found = allowed.find((value) => value.toLowerCase() === text.toLowerCase())
  if (found === undefined) throw wrongType(`one of ${allowed.join(', ')}`, text, path)
  return found
}

function wrongType(expected: string, json: Json, path: string) {
  return invalidValue(`Cannot read ${path} ${quote(json)}: expected ${expected}`)
}

function isEmpty(value: ComplexValue): boolean {
  for (const _ in value) return false
  return true
}
