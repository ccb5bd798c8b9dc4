import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RESOURCE_TYPES } from '../../../shared/scim/resource-types.ts'
import { lookupKey, memberKey, nameKey, resourceKey, tokensOfKey } from '../../../shared/store/keys.ts'

const { User, Group } = RESOURCE_TYPES

describe('keys', () => {
  const text = fc.string({ minLength: 1, unit: 'binary' })

  test('SECURITY T3: equal keys come from equal parts, whatever a client writes', () => {
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        const same =
          JSON.stringify(lookupKey('acct', User, 'externalId', a, b)) ===
          JSON.stringify(lookupKey('acct', User, 'externalId', c, d))
        expect(same).toBe(a === c && b === d)
      }),
    )
  })

  test('keys of different kinds never meet in one place', () => {
    fc.assert(
      fc.property(text, (value) => {
        const keys = [
          resourceKey('acct', User, value),
          resourceKey('acct', Group, value),
          nameKey('acct', User, value),
          nameKey('acct', Group, value),
          memberKey('acct', value, value),
          lookupKey('acct', User, 'externalId', value, value),
          lookupKey('acct', Group, 'externalId', value, value),
        ]
        expect(new Set(keys.map(({ pk, sk }) => JSON.stringify([pk, sk]))).size).toBe(keys.length)
      }),
    )
  })

  test('every key fits DynamoDB: 2,048 bytes of partition key, 1,024 of sort key', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 900, maxLength: 6000, unit: 'grapheme' }), (value) => {
        const { pk, sk } = memberKey('acct', value, value)
        expect(Buffer.byteLength(pk)).toBeLessThanOrEqual(2048)
        expect(Buffer.byteLength(sk)).toBeLessThanOrEqual(1024)
      }),
    )
  })

  test('an account can hold no separator, and no component is empty', () => {
    expect(() => resourceKey('a#b', User, 'x')).toThrow('A key component holds characters it may not hold')
    expect(() => resourceKey('acct', User, '')).toThrow('A key component is empty')
    expect(tokensOfKey('acct', 'X')).toBe('A#acct#TOKENS#X')
  })
})
