import { expect, test } from 'vitest'
import { toLike } from '../../../shared/auth/like.ts'

test.each([
  ['OKTA', 'OKTA', true],
  ['okta', 'OKTA', true],
  ['OKTA', 'OKTA_PROVISIONING', false],
  ['okta%', 'OKTA_PROVISIONING', true],
  ['%okta', 'OKTA_PROVISIONING', false],
  ['%ION%', 'OKTA_PROVISIONING', true],
  ['%a%a', 'BANANA', true],
  ['%a%b', 'BANANA', false],
  ['H_', 'HR', true],
  ['H_', 'H', false],
  ['H_', 'HRM', false],
  ['_%', 'H', true],
  ['_%', '', false],
  ['%', '', true],
  ['', '', true],
  ['', 'HR', false],
  ['H.', 'HR', false],
  ['100%%', '100', true],
  ['%%%%%%%%%%x', 'a'.repeat(128), false],
])('toLike(%j) of %j is %j', (pattern, text, expected) => {
  expect(toLike(pattern)(text)).toBe(expected)
})
