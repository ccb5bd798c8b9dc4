import type { Attribute, ResourceType, Schema } from '../../shared/scim/schema.ts'

type Json = Record<string, unknown>

/** What says which attributes there are, and what is never shown. */
const UNSAID = new Set(['schemas', 'password'])

/** Whether a client may write any text there. */
const takesText = ({ type, mutability, uniqueness, allowedValues, aliasOf }: Attribute): boolean =>
  ['string', 'reference'].includes(type) &&
  mutability !== 'readOnly' &&
  uniqueness === 'none' &&
  !allowedValues &&
  !aliasOf

/** A text in every attribute of a type that takes any, under the names and URNs of its schemas; none is listed by hand. */
export function everywhere({ schema, extensions, common, derived }: ResourceType, text: string): Json {
  const own = [...schema.attributes, ...common].filter(({ name }) => name !== derived?.attribute && !UNSAID.has(name))
  const further = extensions.map(({ schema: extension }) => [extension.id, filled(extension.attributes, text)] as const)
  return { ...filled(own, text), ...Object.fromEntries(further.filter(([, values]) => Object.keys(values).length > 0)) }
}

/** The paths of those attributes, as a PATCH writes them. */
export function everyPath({ schema, extensions, common, derived }: ResourceType): string[] {
  const of = ({ id, attributes }: Pick<Schema, 'id' | 'attributes'>, urn = id) =>
    attributes.filter(({ name }) => name !== derived?.attribute && !UNSAID.has(name)).flatMap((one) => paths(one, urn))
  return [
    ...of(schema, ''),
    ...of({ id: '', attributes: common }),
    ...extensions.flatMap(({ schema: extension }) => of(extension, `${extension.id}:`)),
  ]
}

function paths(attribute: Attribute, urn: string): string[] {
  const { name, type, subAttributes = [], multiValued } = attribute
  if (type !== 'complex') return takesText(attribute) && !multiValued ? [`${urn}${name}`] : []
  if (attribute.mutability === 'readOnly') return []
  const place = multiValued ? `${urn}${name}[type eq "work"]` : `${urn}${name}`
  return subAttributes.filter((sub) => takesText(sub) && sub.name !== 'type').map((sub) => `${place}.${sub.name}`)
}

function filled(attributes: readonly Attribute[], text: string): Json {
  const values = attributes.map((attribute) => [attribute.name, valueFor(attribute, text)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

function valueFor(attribute: Attribute, text: string): unknown {
  const { type, mutability, multiValued, subAttributes = [] } = attribute
  if (type === 'binary') return Buffer.from(text).toString('base64')
  if (type !== 'complex') return takesText(attribute) ? (multiValued ? [text] : text) : undefined
  if (mutability === 'readOnly') return undefined
  const value = filled(subAttributes, text)
  if (Object.keys(value).length === 0) return undefined
  return multiValued ? [value] : value
}
