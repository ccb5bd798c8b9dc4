/** Attribute characteristics (RFC 7643 §2, §7), in the words of the wire format. */
export type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'binary'
  | 'reference'
  | 'complex'

export interface Attribute {
  name: string
  type: AttributeType
  multiValued: boolean
  description: string
  required: boolean
  caseExact: boolean
  mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly'
  returned: 'always' | 'never' | 'default' | 'request'
  uniqueness: 'none' | 'server' | 'global'
  canonicalValues?: readonly string[]
  referenceTypes?: readonly string[]
  subAttributes?: readonly Attribute[]
  /** Ours: a name, compared and refused by the rules of `identifier.ts`. */
  identifier?: boolean
  /** Ours: the only values accepted, compared without case. */
  allowedValues?: readonly string[]
  /** Ours: the value a resource has unless another is sent; no PATCH of the attribute takes it away. */
  defaultValue?: string | boolean
  /** Ours: a PUT that leaves the attribute out leaves its value too, instead of going back to the default. */
  keptByReplace?: boolean
  /** Ours: the URN of the extension that really holds this attribute; here it is only another name for it. */
  aliasOf?: string
}

export interface Schema {
  /** The schema URN (RFC 7643 §7). */
  id: string
  name: string
  description: string
  attributes: readonly Attribute[]
}

/** All that is known of a resource type; what it does beyond that is a `Special` of `resources`. */
export interface ResourceType {
  /** `User` (RFC 7643 §6). */
  name: string
  /** `/Users`, relative to the base URL; the paths of Bulk operations too. */
  endpoint: `/${string}`
  description: string
  schema: Schema
  extensions: readonly { schema: Schema; required: boolean }[]
  /** `schemas`, `id`, `externalId` and `meta` (RFC 7643 §3.1), which every resource has. */
  common: readonly Attribute[]
  /** Ours: its word in keys. */
  collection: string
  /** Ours: the core attribute that no two resources of an account share; an `identifier`. */
  uniqueName: string
  /** Ours: attributes of extensions that no two resources share either, where they have them. */
  furtherNames: readonly { urn: string; attribute: string }[]
  /** Ours: attributes found by key that need not be unique, as a filter names them. */
  lookups: readonly string[]
  /** Ours: the attribute that is shown with a resource and not stored in it. */
  derived?: DerivedAttribute
  /** Ours: what the event history calls it. */
  auditWord: string
  /** Ours: what a role needs to create, and to see what other roles own. */
  privileges: { create: string; monitor: string }
}

/**
 * A derived attribute is the resource's `members`, which its own changes change, or its `memberships` in others: changes
 * of others change those, so the entity tag covers them.
 */
export interface DerivedAttribute {
  attribute: string
  from: 'members' | 'memberships'
}

export const hasMembers = ({ derived }: Pick<ResourceType, 'derived'>): boolean => derived?.from === 'members'

/** What a SCIM attribute can hold once it has been read: plain data, objects without a prototype. */
export type Value = string | number | boolean | Value[] | { [name: string]: Value }
export type Attributes = Record<string, Value>
export type ComplexValue = Record<string, Value>

/** Untrusted JSON as the strict reader returns it. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }

/** Whether untrusted JSON is an object. */
export function isJsonObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

/** A resource as clients see it, before projection: common, core and extension attributes under their URN. */
export interface ScimResource extends Attributes {
  schemas: string[]
  id: string
  meta: { resourceType: string; created: string; lastModified: string; location: string; version: string }
}

const finders = new WeakMap<readonly Attribute[], (name: string) => Attribute | undefined>()

/** The attribute of that name in any letter case (RFC 7643 §2.1), or none; constant time. */
export function findAttribute(attributes: readonly Attribute[], name: string): Attribute | undefined {
  return attributeFinder(attributes)(name)
}

/** {@link findAttribute} for many names of one table. */
export function attributeFinder(attributes: readonly Attribute[]): (name: string) => Attribute | undefined {
  let finder = finders.get(attributes)
  if (!finder) {
    const index = new Map(attributes.flatMap((attribute) => spellings(attribute)))
    finder = (name) => index.get(name) ?? index.get(name.toLowerCase())
    finders.set(attributes, finder)
  }
  return finder
}

/** Most clients spell names as the schema does: those are found without folding. */
function spellings(attribute: Attribute): [string, Attribute][] {
  return [
    [attribute.name.toLowerCase(), attribute],
    [attribute.name, attribute],
  ]
}
