import { type Attribute, findAttribute, type ResourceType, type Schema } from './schema.ts'

/** An attribute that clients of some kind name under another extension than the one that holds it. */
export interface Alias {
  name: string
  /** The URN clients use. */
  shown: string
  /** The URN that holds it. */
  stored: string
}

const aliasesByType = new WeakMap<ResourceType, readonly Alias[]>()

/** The attributes that clients of this kind see elsewhere than they are stored; the same list on every call. */
export function listAliases(type: ResourceType): readonly Alias[] {
  const known = aliasesByType.get(type)
  if (known) return known
  const aliases = type.extensions.flatMap(({ schema }) =>
    schema.attributes.flatMap(({ name, aliasOf }) => (aliasOf ? [{ name, shown: schema.id, stored: aliasOf }] : [])),
  )
  aliasesByType.set(type, aliases)
  return aliases
}

/** Where this client sees an attribute of `home` instead, if another extension aliases it. */
export function findAlias(
  type: ResourceType,
  home: Schema,
  { name }: Attribute,
): { extension: Schema; attribute: Attribute } | undefined {
  for (const { schema } of type.extensions) {
    const alias = findAttribute(schema.attributes, name)
    if (alias?.aliasOf === home.id) return { extension: schema, attribute: alias }
  }
  return undefined
}

/** The extensions that answers use: one whose attributes all stand under other URNs is read, and never shown. */
export function listShownExtensions(type: ResourceType): ResourceType['extensions'] {
  return type.extensions.filter(({ schema }) => schema.attributes.some((one) => !findAlias(type, schema, one)))
}
