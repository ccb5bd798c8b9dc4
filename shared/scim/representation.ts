import { findAlias, listAliases } from './aliases.ts'
import { isComplex } from './attribute-path.ts'
import { toEtag } from './etag.ts'
import type { Attribute, Attributes, ComplexValue, ResourceType, Schema, ScimResource, Value } from './schema.ts'

/** What a resource is presented from; instants are xsd:dateTime texts, `attributes` in the stored shape. */
export interface ResourceParts {
  id: string
  created: string
  lastModified: string
  version: number
  /** Absolute URL. */
  location: string
  attributes: Attributes
  /** What is not stored with the resource: a user's `groups`, a group's `members`. */
  derived?: Attributes | undefined
}

/** Stored attributes as this kind of client names them: an aliased attribute stands under its alias only. */
export function toClientAttributes(type: ResourceType, stored: Attributes): Attributes {
  const aliases = listAliases(type)
  if (aliases.length === 0) return stored
  return move(
    stored,
    aliases.map((alias) => ({ name: alias.name, from: alias.stored, to: alias.shown })),
  )
}

/** A client's attributes as they are stored: each under its true URN, where a value that is there already wins. */
export function toStoredAttributes(type: ResourceType, client: Attributes): Attributes {
  const aliases = listAliases(type)
  if (aliases.length === 0) return client
  return move(
    client,
    aliases.map((alias) => ({ name: alias.name, from: alias.shown, to: alias.stored })),
  )
}

/**
 * Fills attributes that have a default value and none of their own, as POST and PUT do; a PUT keeps of `before` what is
 * kept where it is left out. Client shape.
 */
export function withDefaults(type: ResourceType, attributes: Attributes, before: Attributes = {}): Attributes {
  const filled: Attributes = Object.assign(Object.create(null), attributes)
  fillDefaults(filled, type.schema.attributes, before)
  for (const { schema } of type.extensions) {
    const own = schema.attributes.filter((row) => row.aliasOf === undefined && !findAlias(type, schema, row))
    const container: ComplexValue = Object.assign(Object.create(null), containerOf(filled, schema.id))
    fillDefaults(container, own, containerOf(before, schema.id))
    setContainer(filled, schema.id, container)
  }
  return filled
}

function fillDefaults(target: ComplexValue, table: readonly Attribute[], before: Readonly<ComplexValue>): void {
  for (const { name, defaultValue, keptByReplace } of table) {
    if (defaultValue === undefined || target[name] !== undefined) continue
    target[name] = (keptByReplace ? before[name] : undefined) ?? defaultValue
  }
}

/**
 * The resource as clients see it, before projection (RFC 7643 §3): attributes in the order of the schema, `schemas`
 * naming the extensions that have data, no empty extension, and nothing that is never returned. A core attribute with a
 * default value has one, also where the resource was stored before there was a default.
 */
export function toScimResource(type: ResourceType, parts: ResourceParts): ScimResource {
  const attributes: Attributes = { ...toClientAttributes(type, parts.attributes), ...parts.derived }
  fillDefaults(attributes, type.schema.attributes, {})
  const extensions = type.extensions.flatMap(({ schema }) => presentExtension(schema, attributes))
  const { id, created, lastModified, location } = parts
  const version = toEtag(parts.version, listMemberships(type, parts))
  return Object.assign(Object.create(null), {
    schemas: [type.schema.id, ...extensions.map(([urn]) => urn)],
    id,
    ...order(type.common, attributes),
    ...order(type.schema.attributes, attributes),
    ...Object.fromEntries(extensions),
    meta: { resourceType: type.name, created, lastModified, location, version },
  })
}

/** The memberships shown with the resource; with its own members its version moves by itself. */
function listMemberships({ derived }: ResourceType, { derived: shown }: ResourceParts): readonly Value[] {
  const values = derived?.from === 'memberships' ? shown?.[derived.attribute] : undefined
  return Array.isArray(values) ? values : []
}

function presentExtension(schema: Schema, attributes: Attributes): [string, ComplexValue][] {
  const values = order(schema.attributes, containerOf(attributes, schema.id))
  return Object.keys(values).length > 0 ? [[schema.id, values]] : []
}

function order(table: readonly Attribute[], values: ComplexValue): ComplexValue {
  const ordered: ComplexValue = Object.create(null)
  for (const attribute of table) {
    const value = values[attribute.name]
    if (value !== undefined && attribute.returned !== 'never') ordered[attribute.name] = orderValue(attribute, value)
  }
  return ordered
}

function orderValue({ subAttributes }: Attribute, value: Value): Value {
  if (!subAttributes || typeof value !== 'object') return value
  if (!Array.isArray(value)) return order(subAttributes, value)
  return value.map((element) => (isComplex(element) ? order(subAttributes, element) : element))
}

function move(attributes: Attributes, moves: readonly { name: string; from: string; to: string }[]): Attributes {
  const moved: Attributes = Object.assign(Object.create(null), attributes)
  for (const { name, from, to } of moves) {
    const source = containerOf(moved, from)
    const value = source[name]
    if (value === undefined) continue
    setContainer(moved, from, withoutValue(source, name))
    const target = containerOf(moved, to)
    if (target[name] === undefined) setContainer(moved, to, withValue(target, name, value))
  }
  return moved
}

function setContainer(attributes: Attributes, urn: string, container: ComplexValue): void {
  if (Object.keys(container).length > 0) attributes[urn] = container
  else delete attributes[urn]
}

function containerOf(attributes: Attributes, urn: string): ComplexValue {
  const container = attributes[urn]
  return isComplex(container) ? container : Object.create(null)
}

function withValue(container: ComplexValue, name: string, value: Value): ComplexValue {
  return Object.assign(Object.create(null), container, { [name]: value })
}

function withoutValue(container: ComplexValue, name: string): ComplexValue {
  const rest: ComplexValue = Object.assign(Object.create(null), container)
  delete rest[name]
  return rest
}
