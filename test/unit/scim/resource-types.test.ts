import { describe, expect, test } from 'vitest'
import { resourceTypes } from '../../../shared/scim/resource-types.ts'
import { findAttribute } from '../../../shared/scim/schema.ts'

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
