import { listAliases } from './aliases.ts'
import { findSchema } from './attribute-path.ts'
import { invalidSyntax, invalidValue, namedTwice, tooLarge } from './error.ts'
import { MAX_EMAILS, MAX_RESOURCE_BYTES } from './limits.ts'
import { quote } from './quote.ts'
import {
  type Attribute,
  type Attributes,
  findAttribute,
  isJsonObject,
  type Json,
  type JsonObject,
  type ResourceType,
  type Schema,
} from './schema.ts'
import { isUnassigned, parseAttributes, requireAttributes } from './value.ts'

/**
 * Reads the body of a POST or PUT into the attributes a client may write, in the schema's spelling, under the
 * containers the client uses. Unknown and readOnly attributes and unknown schemas are ignored (RFC 7644 §3.3, §3.5.1).
 * @throws {ScimError} 400 invalidSyntax for no object or a name twice, 400 invalidValue for a missing or wrong value,
 * 413 for more than {@link MAX_RESOURCE_BYTES}; what `checkSize` says.
 */
export function parseResource(type: ResourceType, body: Json): Attributes {
  if (!isJsonObject(body)) throw invalidSyntax(`Cannot read the body: expected a JSON object, found ${quote(body)}`)
  checkSchemas(type, body)
  const attributes = parseContainers(type, body)
  requireAttributes(type.schema.attributes, attributes)
  checkSize(attributes)
  return attributes
}

/**
 * Refuses attributes too large for one item or one transaction; members, which are items of their own, do not count.
 * @throws {ScimError} 413 when they take more than {@link MAX_RESOURCE_BYTES} as JSON, 400 invalidValue for more than
 * {@link MAX_EMAILS} e-mail addresses.
 */
export function checkSize(attributes: Attributes): void {
  const { members: _, ...rest } = attributes
  const emails = Array.isArray(rest.emails) ? rest.emails.length : 0
  if (emails > MAX_EMAILS)
    throw invalidValue(`Cannot store ${emails} emails: at most ${MAX_EMAILS} are allowed per user`)
  const bytes = Buffer.byteLength(JSON.stringify(rest))
  if (bytes <= MAX_RESOURCE_BYTES) return
  throw tooLarge(`Cannot store ${bytes} bytes of attributes: at most ${MAX_RESOURCE_BYTES} are allowed per resource`)
}

function checkSchemas(type: ResourceType, body: JsonObject): void {
  const names = Object.keys(body).filter((name) => name.toLowerCase() === 'schemas')
  if (names.length > 1) throw namedTwice('schemas')
  const schemas = body[names[0] ?? '']
  const hint = `send an array that holds "${type.schema.id}"`
  if (!Array.isArray(schemas)) throw invalidValue(`The attribute schemas is required: ${hint}`)
  const wrong = schemas.find((urn) => typeof urn !== 'string')
  if (wrong !== undefined) throw invalidValue(`Cannot read schemas ${quote(wrong)}: expected a string`)
  if (schemas.some((urn) => findSchema(type, String(urn)) === type.schema)) return
  throw invalidValue(`The schemas do not name a ${type.name}: ${hint}`)
}

/** Core attributes stand at the top or in a container named by the core URN; each extension has its container. */
function parseContainers(type: ResourceType, body: JsonObject): Attributes {
  const attributes: Attributes = Object.create(null)
  const table = coreTable(type)
  const seen: Attribute[] = []
  const containers = new Set<Schema>()
  parseAttributes(table, body, '', attributes, seen)
  for (const name of Object.keys(body)) {
    const schema = findSchema(type, name)
    if (!schema) continue
    if (containers.has(schema)) throw namedTwice(schema.id)
    containers.add(schema)
    const container = parseContainer(schema.id, body[name] as Json)
    if (schema === type.schema) parseAttributes(table, container, '', attributes, seen)
    else addExtension(attributes, schema, container, seen)
  }
  refuseAliasTwice(type, seen)
  return attributes
}

function addExtension(attributes: Attributes, schema: Schema, container: JsonObject, seen: Attribute[]): void {
  const { id, attributes: table } = schema
  const values = parseAttributes(table, container, `${id}:`, Object.create(null), seen)
  if (Object.keys(values).length > 0) attributes[id] = values
}

/** An attribute has one value, whichever of its URNs name it. */
function refuseAliasTwice(type: ResourceType, seen: readonly Attribute[]): void {
  const rows = (urn: string) => findSchema(type, urn)?.attributes ?? []
  for (const { name, shown, stored } of listAliases(type)) {
    const both = [shown, stored].map((urn) => findAttribute(rows(urn), name))
    if (both.every((row) => row && seen.includes(row))) throw namedTwice(`${shown}:${name}`)
  }
}

function parseContainer(urn: string, json: Json): JsonObject {
  if (isUnassigned(json)) return {}
  if (isJsonObject(json)) return json
  throw invalidValue(`Cannot read ${urn} ${quote(json)}: expected an object`)
}

const coreTables = new WeakMap<ResourceType, readonly Attribute[]>()

function coreTable(type: ResourceType): readonly Attribute[] {
  const table = coreTables.get(type) ?? [...type.common, ...type.schema.attributes]
  coreTables.set(type, table)
  return table
}
