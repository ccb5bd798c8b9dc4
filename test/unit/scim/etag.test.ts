import { describe, expect, test } from 'vitest'
import { matchesEtag, matchesVersion, toEtag } from '../../../shared/scim/etag.ts'

const ops = { value: 'g1', display: 'Ops' }
const dev = { value: 'g2', display: 'Dev' }

describe('toEtag()', () => {
  test('is weak and quoted (ETG-1)', () => {
    expect(toEtag(7)).toBe('W/"7"')
  })

  test('differs with the groups that are shown, and with nothing else (ETG-2)', () => {
    const tags = [toEtag(7, [ops]), toEtag(7, [ops, dev]), toEtag(7, [{ ...ops, display: 'SRE' }]), toEtag(8, [ops])]
    expect(new Set([...tags, toEtag(7, [])]).size).toBe(5)
    for (const tag of tags) expect(tag).toMatch(/^W\/"[78]-[0-9a-f]{16}"$/)
    expect(toEtag(7, [{ ...ops }])).toBe(tags[0])
    expect(toEtag(7, [])).toBe('W/"7"')
  })
})

const NAMING = ['*', ' * ', 'W/"7"', '"7"', 'W/"6", W/"7"', '"a","b" , "7"', '"", W/"7"']
const NOT_NAMING = [
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
]
const BROKEN = [`${'"a", '.repeat(20_000)}x`, `"${' '.repeat(100_000)}`]

describe('matchesEtag()', () => {
  test.each(NAMING)('%s names the tag of version 7 (ETG-3)', (header) => {
    expect(matchesEtag(header, toEtag(7))).toBe(true)
  })

  test.each([...NOT_NAMING, toEtag(7, [ops])])('%j does not name the tag of version 7', (header) => {
    expect(matchesEtag(header, toEtag(7))).toBe(false)
  })

  test('a copy with other groups is stale', () => {
    expect(matchesEtag(toEtag(7, [ops]), toEtag(7, [ops]))).toBe(true)
    expect(matchesEtag('"7"', toEtag(7, [ops]))).toBe(false)
  })

  test.each(BROKEN)('answers for a long broken header in linear time', (header) => {
    expect(matchesEtag(header, toEtag(7))).toBe(false)
  })
})

describe('matchesVersion()', () => {
  test.each([...NAMING, toEtag(7, [ops])])('%s names version 7, with whatever groups (ETG-4)', (header) => {
    expect(matchesVersion(header, 7)).toBe(true)
  })

  test.each([...NOT_NAMING, toEtag(77, [ops]), toEtag(6, [ops])])('%j does not name version 7', (header) => {
    expect(matchesVersion(header, 7)).toBe(false)
  })

  test.each(BROKEN)('answers for a long broken header in linear time', (header) => {
    expect(matchesVersion(header, 7)).toBe(false)
  })
})
