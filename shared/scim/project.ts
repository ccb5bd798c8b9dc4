import { findSchema, isComplex, resolveAttributePath } from './attribute-path.ts'
import { invalidValue } from './error.ts'
import type { Value } from './schema.ts'
import { type Attribute, type Attributes, type ComplexValue, findAttribute, type ResourceType } from './schema.ts'

/** Sub-attributes that were named, or the attribute as a whole. */
type Named = Set<Attribute> | 'whole'

/** What an answer shows of each resource (RFC 7644 §3.9). */
export interface Projection {
  /** Everything returned by default, only what is named (and what is always returned), or all but what is named. */
  mode: 'default' | 'only' | 'without'
  named: ReadonlyMap<Attribute, ReadonlySet<Attribute> | 'whole'>
}

/**
 * Reads `attributes` and `excludedAttributes`: comma-separated in a query string, arrays in a SearchRequest. Names
 * may be URN-qualified and dotted, in any letter case; names the type does not have are ignored.
 * @throws {ScimError} 400 invalidValue when both are given.
 */
export function parseProjection(
  type: ResourceType,
  input: { attributes?: string | string[] | undefined; excludedAttributes?: string | string[] | undefined },
): Projection {
  const only = splitNames(input.attributes)
  const without = splitNames(input.excludedAttributes)
  if (only.length > 0 && without.length > 0) {
    throw invalidValue('Cannot use attributes together with excludedAttributes: send one of them')
  }
  if (only.length > 0) return { mode: 'only', named: toNamed(type, only) }
  return { mode: without.length > 0 ? 'without' : 'default', named: toNamed(type, without) }
}

/** The part of a resource that the projection shows; what is never returned stays away even when it is named. */
export function project(type: ResourceType, resource: Attributes, projection: Projection): Attributes {
  const shown: Attributes = Object.create(null)
  for (const [name, value] of Object.entries(resource)) {
    const extension = type.extensions.find(({ schema }) => schema.id === name)
    const part = extension
      ? projectExtension(extension.schema.attributes, value, projection)
      : projectNamed([type.schema.attributes, type.common], name, value, projection)
    if (part !== undefined) shown[name] = part
  }
  return shown
}

/** Whether the projection shows any of an attribute that is costly to read. */
export function isReturned(projection: Projection, attributeName: string): boolean {
  const { mode, named } = projection
  const entry = [...named].find(([attribute]) => attribute.name === attributeName)
  if (mode === 'only') return entry !== undefined
  return mode === 'default' || entry?.[1] !== 'whole'
}

function splitNames(input: string | string[] | undefined): string[] {
  const list = typeof input === 'string' ? [input] : (input ?? [])
  const names = list.flatMap((text) => text.split(','))
  return names.map((name) => name.trim()).filter((name) => name !== '')
}

function toNamed(type: ResourceType, names: readonly string[]): Map<Attribute, Named> {
  const named = new Map<Attribute, Named>()
  for (const name of names) addName(type, name, named)
  return named
}

function addName(type: ResourceType, name: string, named: Map<Attribute, Named>): void {
  const path = resolveAttributePath(type, name)
  if (path?.attribute === undefined) {
    for (const attribute of listContainer(type, name)) named.set(attribute, 'whole')
  } else if (path.subAttribute === undefined) {
    named.set(path.attribute, 'whole')
  } else {
    const known = named.get(path.attribute) ?? new Set<Attribute>()
    if (known !== 'whole') named.set(path.attribute, known.add(path.subAttribute))
  }
}

/** The attributes a bare schema URN names: all of that schema, where this client sees them. */
function listContainer(type: ResourceType, urn: string): Attribute[] {
  const schema = findSchema(type, urn)
  const paths = schema?.attributes.map(({ name }) => resolveAttributePath(type, `${schema.id}:${name}`)) ?? []
  return paths.flatMap((path) => path?.attribute ?? [])
}

function projectExtension(table: readonly Attribute[], value: Value, projection: Projection): Value | undefined {
  if (!isComplex(value)) return undefined
  const shown: ComplexValue = Object.create(null)
  for (const [name, inner] of Object.entries(value)) {
    const part = projectNamed([table], name, inner, projection)
    if (part !== undefined) shown[name] = part
  }
  return Object.keys(shown).length > 0 ? shown : undefined
}

function projectNamed(
  tables: (readonly Attribute[])[],
  name: string,
  value: Value,
  projection: Projection,
): Value | undefined {
  for (const table of tables) {
    const attribute = findAttribute(table, name)
    if (attribute) return projectAttribute(attribute, value, projection)
  }
  return undefined
}

function projectAttribute(attribute: Attribute, value: Value, { mode, named }: Projection): Value | undefined {
  const names = named.get(attribute)
  if (!isShown(attribute, mode, names)) return undefined
  const parts = names instanceof Set ? names : undefined
  return projectParts(attribute, value, (part) => {
    if (parts === undefined) return isShown(part, 'default', undefined)
    return isShown(part, mode, parts.has(part) ? 'whole' : undefined)
  })
}

/** `returned` and the request decide (RFC 7643 §2.2, RFC 7644 §3.9); an attribute with some parts excluded is shown. */
function isShown(
  { returned }: Attribute,
  mode: Projection['mode'],
  names: ReadonlySet<Attribute> | 'whole' | undefined,
) {
  if (returned === 'never') return false
  if (returned === 'always') return true
  if (mode === 'only') return names !== undefined
  return returned === 'default' && names !== 'whole'
}

function projectParts(attribute: Attribute, value: Value, keep: (part: Attribute) => boolean): Value | undefined {
  const parts = attribute.subAttributes ?? []
  if (parts.every(keep) || typeof value !== 'object') return value
  const kept = parts.filter(keep).map(({ name }) => name)
  if (!Array.isArray(value)) return pick(value, kept)
  const elements = value.map((element) => (isComplex(element) ? pick(element, kept) : element))
  const filled = elements.filter((element) => element !== undefined)
  return filled.length > 0 || value.length === 0 ? filled : undefined
}

function pick(value: ComplexValue, names: readonly string[]): ComplexValue | undefined {
  const picked: ComplexValue = Object.create(null)
  for (const name of names) if (value[name] !== undefined) picked[name] = value[name]
  return Object.keys(picked).length > 0 ? picked : undefined
}
