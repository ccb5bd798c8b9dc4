import { findAlias } from './aliases.ts'
import { type Attribute, findAttribute, type ResourceType, type Schema, type Value } from './schema.ts'

/** One attribute or sub-attribute; `extension` is the container it lives in, absent for common and core attributes. */
export interface AttributePath {
  extension?: Schema
  attribute: Attribute
  subAttribute?: Attribute
}

/** A bare extension URN: everything in that container. */
interface ExtensionPath {
  extension: Schema
  attribute: undefined
}

export type ResolvedPath = AttributePath | ExtensionPath

/**
 * Finds what an attribute path names (RFC 7644 §3.10), or `undefined` when the type has no such attribute.
 * Names and URNs are compared without case, and Snowflake joins URN and name with a dot. The core URN may be left out,
 * and so may that of an extension where its attribute's name is nobody else's (Entra filters by plain `manager`).
 * An attribute that this client sees under another extension (an alias) resolves to where it sees it.
 */
export function resolveAttributePath(type: ResourceType, text: string): ResolvedPath | undefined {
  const folded = text.toLowerCase()
  for (const { schema } of type.extensions) {
    if (folded === schema.id.toLowerCase()) return { extension: schema, attribute: undefined }
    const rest = afterUrn(schema.id, text, folded)
    if (rest !== undefined) return resolveInExtension(type, schema, rest)
  }
  const rest = afterUrn(type.schema.id, text, folded)
  return resolveInCore(type, rest ?? text) ?? (rest === undefined ? resolveShortName(type, text) : undefined)
}

/** The core schema or extension of that URN, in any letter case, if the type has it. */
export function findSchema(type: ResourceType, urn: string): Schema | undefined {
  const folded = urn.toLowerCase()
  if (folded === type.schema.id.toLowerCase()) return type.schema
  return type.extensions.find(({ schema }) => folded === schema.id.toLowerCase())?.schema
}

/** What should stand in place of a name that means nothing because several extensions have it; nothing for others. */
export function expectedName(type: ResourceType, text: string): string | undefined {
  const [one, ...others] = listShortNames(type, text)
  if (!one || others.length === 0) return undefined
  return `a name with its URN, such as "${formatAttributePath(one)}", since several extensions have it`
}

/** The path as error messages and canonical filters spell it: `name.familyName`, `urn:...:User:manager.value`. */
export function formatAttributePath(path: AttributePath): string {
  const prefix = path.extension ? `${path.extension.id}:` : ''
  const suffix = path.subAttribute ? `.${path.subAttribute.name}` : ''
  return `${prefix}${path.attribute.name}${suffix}`
}

/** The value of the path's attribute, sub-attribute aside: what `resource` holds in the right container. */
export function getAttribute(resource: { readonly [name: string]: Value }, path: AttributePath): Value | undefined {
  if (!path.extension) return resource[path.attribute.name]
  const container = resource[path.extension.id]
  return isComplex(container) ? container[path.attribute.name] : undefined
}

/**
 * Every value at the path, one entry per element of a multi-valued attribute: `undefined` for an element without the
 * sub-attribute, an empty list when the attribute itself has no value.
 */
export function listValues(resource: { readonly [name: string]: Value }, path: AttributePath): (Value | undefined)[] {
  const value = getAttribute(resource, path)
  if (value === undefined) return []
  const elements = Array.isArray(value) ? value : [value]
  const { subAttribute } = path
  if (!subAttribute) return elements
  return elements.map((element) => (isComplex(element) ? element[subAttribute.name] : undefined))
}

/** Whether a value is an object of sub-attributes (or an extension container). */
export function isComplex(value: Value | undefined): value is { [name: string]: Value } {
  return typeof value === 'object' && !Array.isArray(value)
}

function afterUrn(urn: string, text: string, folded: string): string | undefined {
  const separator = text[urn.length]
  if (separator !== ':' && separator !== '.') return undefined
  return folded.startsWith(urn.toLowerCase()) ? text.slice(urn.length + 1) : undefined
}

function resolveInExtension(type: ResourceType, extension: Schema, text: string): AttributePath | undefined {
  const home = resolveInTables([extension.attributes], text)
  if (!home) return undefined
  return { extension, ...home, ...findAlias(type, extension, home.attribute) }
}

/** The attribute of that name outside the core, if the extensions have one and no more. */
function resolveShortName(type: ResourceType, text: string): AttributePath | undefined {
  const [only, ...others] = listShortNames(type, text)
  return others.length === 0 ? only : undefined
}

/** The attributes of extensions that a name without a URN can mean, one for each place where this client sees it. */
function listShortNames(type: ResourceType, text: string): AttributePath[] {
  const found = type.extensions.map(({ schema }) => resolveInExtension(type, schema, text))
  const byPlace = found.flatMap((path) => (path ? [[path.attribute, path] as const] : []))
  return [...new Map(byPlace).values()]
}

function resolveInCore(type: ResourceType, text: string): AttributePath | undefined {
  return resolveInTables([type.schema.attributes, type.common], text)
}

function resolveInTables(tables: (readonly Attribute[])[], text: string): AttributePath | undefined {
  const [name = '', subName, ...more] = text.split('.', 3)
  if (more.length > 0) return undefined
  for (const table of tables) {
    const attribute = findAttribute(table, name)
    if (attribute) return withSubAttribute(attribute, subName)
  }
  return undefined
}

function withSubAttribute(attribute: Attribute, name: string | undefined): AttributePath | undefined {
  if (name === undefined) return { attribute }
  const subAttribute = findAttribute(attribute.subAttributes ?? [], name)
  return subAttribute && { attribute, subAttribute }
}
