import type { Attribute } from '../schema.ts'

type Overrides = Partial<Omit<Attribute, 'name' | 'description' | 'subAttributes'>>

/** One row of a schema; whatever is not said is what RFC 7643 §2.2 says by default. */
export function attribute(name: string, description: string, overrides: Overrides = {}): Attribute {
  return {
    name,
    type: 'string',
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...overrides,
  }
}

/** A row whose value is an object with these sub-attributes (RFC 7643 §2.3.8). */
export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  overrides: Overrides = {},
): Attribute {
  return { ...attribute(name, description, { ...overrides, type: 'complex' }), subAttributes }
}

/** A row that refers to another resource or to a URL; references compare with case (RFC 7643 §2.3.7). */
export function reference(
  name: string,
  description: string,
  referenceTypes: readonly string[],
  overrides: Overrides = {},
): Attribute {
  return attribute(name, description, { type: 'reference', caseExact: true, referenceTypes, ...overrides })
}

/** A multi-valued row with the sub-attributes every such row has (RFC 7643 §2.4): `value`, `display`, `type`, `primary`. */
export function plural(name: string, description: string, value: Attribute, types?: readonly string[]): Attribute {
  const rows = [value, attribute('display', 'A name for the value, shown to people'), ...kindOfValue(types)]
  return complex(name, description, rows, { multiValued: true })
}

/** The `type` and `primary` rows of a multi-valued attribute. */
export function kindOfValue(types?: readonly string[]): Attribute[] {
  return [
    attribute('type', 'What the value is used for', types && { canonicalValues: types }),
    attribute('primary', 'Whether this is the preferred value; true for one value at most', { type: 'boolean' }),
  ]
}
