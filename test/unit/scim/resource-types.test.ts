import { describe, expect, test } from 'vitest'
import { PRIVILEGES } from '../../../shared/auth/privileges.ts'
import { resolveAttributePath } from '../../../shared/scim/attribute-path.ts'
import { RESOURCE_TYPES, resourceTypes } from '../../../shared/scim/resource-types.ts'
import { findAttribute, type ResourceType } from '../../../shared/scim/schema.ts'

const TYPES = Object.entries<ResourceType>(RESOURCE_TYPES)

describe('RESOURCE_TYPES', () => {
  test.each(TYPES)('%s stands under its name, and its facts are attributes of its schema', (name, type) => {
    expect(type.name).toBe(name)
    expect(findAttribute(type.schema.attributes, type.uniqueName)).toMatchObject({
      ...{ name: type.uniqueName, required: true, identifier: true, uniqueness: 'server', caseExact: false },
    })
    for (const { urn, attribute } of type.furtherNames) {
      const { schema } = type.extensions.find(({ schema: { id } }) => id === urn) ?? {}
      expect(findAttribute(schema?.attributes ?? [], attribute)).toMatchObject({
        identifier: true,
        uniqueness: 'server',
      })
    }
    for (const lookup of type.lookups)
      expect([lookup, resolveAttributePath(type, lookup)?.attribute?.type]).not.toContain(undefined)
    const derived = type.derived && findAttribute(type.schema.attributes, type.derived.attribute)
    expect(derived?.name).toBe(type.derived?.attribute)
  })

  test('no two types share a word, an endpoint or a privilege', () => {
    const words = ['name', 'endpoint', 'collection', 'auditWord'] as const
    for (const word of words) expect(new Set(TYPES.map(([, type]) => type[word])).size).toBe(TYPES.length)
    expect(PRIVILEGES).toEqual(['createUser', 'createRole', 'monitorUser', 'monitorRole'])
  })
})

describe('resourceTypes()', () => {
  test('returns the same objects on every call', () => {
    expect(resourceTypes('OKTA')).toBe(resourceTypes('OKTA'))
    expect(resourceTypes('AZURE')).toBe(resourceTypes('GENERIC'))
  })
})

describe('findAttribute()', () => {
  const { attributes } = resourceTypes('GENERIC').User.schema

  test('finds an attribute in any letter case (RES-5)', () => {
    expect(findAttribute(attributes, 'USERname')).toBe(attributes[0])
  })

  test.each(['', 'user', '__proto__', 'constructor', 'toString'])('knows no attribute "%s"', (name) => {
    expect(findAttribute(attributes, name)).toBeUndefined()
  })
})
