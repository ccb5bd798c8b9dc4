import { describe, expect, test } from 'vitest'
import { matchesEtag, toEtag } from '../../../shared/scim/etag.ts'

describe('toEtag()', () => {
  test('is weak and quoted (ETG-1)', () => {
    expect(toEtag(7)).toBe('W/"7"')
  })
})

describe('matchesEtag()', () => {
  test.each(['*', ' * ', 'W/"7"', '"7"', 'W/"6", W/"7"', '"a","b" , "7"', '"", W/"7"'])(
    '%s names version 7 (ETG-3, ETG-4)',
    (header) => {
      expect(matchesEtag(header, 7)).toBe(true)
    },
  )

  test.each([
    'W/"6"',
    '"77"',
    '',
    '7',
    'W/7',
    'w/"7"',
    '"7',
    '"6" "7"',
    '"x, W/"7"',
    '*, "7"',
    '"7",',
    '"a\u0001", "7"',
  ])('%j does not name version 7', (header) => {
    expect(matchesEtag(header, 7)).toBe(false)
  })

  test('answers for a long broken header in linear time', () => {
    expect(matchesEtag(`${'"a", '.repeat(20_000)}x`, 7)).toBe(false)
    expect(matchesEtag(`"${' '.repeat(100_000)}`, 7)).toBe(false)
  })
})
