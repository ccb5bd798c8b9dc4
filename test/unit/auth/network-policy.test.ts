import { describe, expect, test } from 'vitest'
import { isAllowed, isBlock, isSameBlock, overlaps, withoutRepeated } from '../../../shared/auth/network-policy.ts'

describe('isAllowed()', () => {
  test('allows every address where there is no policy (S5)', () => {
    expect(isAllowed(undefined, '203.0.113.7')).toBe(true)
  })

  test.each([
    ['an address on the list', ['203.0.113.7'], [], '203.0.113.7', true],
    ['an address beside the list', ['203.0.113.7'], [], '203.0.113.8', false],
    ['an address in a block', ['203.0.113.0/24'], [], '203.0.113.255', true],
    ['an address past a block', ['203.0.113.0/24'], [], '203.0.114.0', false],
    ['a blocked address in an allowed block', ['203.0.113.0/24'], ['203.0.113.7'], '203.0.113.7', false],
    ['any address, the allow-list being empty', [], ['203.0.113.7'], '198.51.100.1', true],
    ['a blocked address, the allow-list being empty', [], ['203.0.113.0/24'], '203.0.113.9', false],
    ['IPv6 in a block, written differently', ['2001:db8::/32'], [], '2001:0DB8:0:0:0:0:0:1', true],
    ['IPv6 outside of the block', ['2001:db8::/32'], [], '2001:db9::1', false],
    ['IPv4 written as IPv6', ['203.0.113.0/24'], [], '::ffff:203.0.113.7', true],
    ['IPv4 written as IPv6 in hexadecimal', [], ['203.0.113.0/24'], '::FFFF:cb00:7107', false],
    ['IPv4 against a block written as IPv6', ['::ffff:203.0.113.0/120'], [], '203.0.113.7', true],
    ['IPv4 where all of IPv6 is allowed', ['::/0'], [], '203.0.113.7', false],
    ['IPv6 where all of IPv4 is allowed', ['0.0.0.0/0'], [], '2001:db8::1', false],
    ['an address under a broken allow-list', ['203.0.113.0/33'], [], '203.0.113.7', false],
    ['an address under a broken block-list', [], ['nonsense'], '203.0.113.7', false],
    ['what is not an address', ['0.0.0.0/0', '::/0'], [], 'unknown', false],
    ['an address with a zone', ['::/0'], [], 'fe80::1%eth0', false],
  ])('decides on %s (S5)', (_name, allowed, blocked, sourceIp, expected) => {
    expect(isAllowed({ allowed, blocked }, sourceIp)).toBe(expected)
  })
})

describe('isBlock()', () => {
  test.each(['192.0.2.1', '192.0.2.0/24', '0.0.0.0/0', '2001:db8::/32', '::1', '::ffff:192.0.2.1'])(
    'reads %s',
    (text) => expect(isBlock(text)).toBe(true),
  )
  test.each(['', '192.0.2', '192.0.2.0/33', '192.0.2.0/', '192.0.2.0/08', '010.0.0.1', '::/129', '*', 'example.com'])(
    'refuses "%s"',
    (text) => expect(isBlock(text)).toBe(false),
  )
})

describe('isSameBlock()', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1/32', true],
    ['2001:DB8::1', '2001:db8:0:0:0:0:0:1', true],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['10.0.0.5/8', '10.0.0.0/8', true],
    ['10.0.0.5/8', '11.0.0.5/8', false],
    ['192.0.2.1/0', '10.0.0.0/0', true],
    ['2001:db8::5/32', '2001:db8:ffff::/32', true],
    ['2001:db8::5/32', '2001:db9::5/32', false],
    ['::ffff:10.0.0.5/104', '10.0.0.0/8', true],
    ['0.0.0.0/0', '::/0', false],
    ['nonsense', 'nonsense', false],
    ['192.0.2.0/24', '192.0.2.0/25', false],
    ['::1', '192.0.2.1', false],
  ])('compares %s and %s by what they say', (one, other, expected) => {
    expect(isSameBlock(one, other)).toBe(expected)
  })
})

test('withoutRepeated() keeps of the same blocks the first as it is written', () => {
  expect(withoutRepeated(['10.0.0.5/8', '192.0.2.1', '10.0.0.0/8', '192.0.2.1/32', '10.0.0.0/9'])).toEqual([
    '10.0.0.5/8',
    '192.0.2.1',
    '10.0.0.0/9',
  ])
})

describe('overlaps()', () => {
  test.each([
    ['an address and itself', '192.0.2.1', '192.0.2.1', true],
    ['an address and its block', '192.0.2.1', '192.0.2.0/24', true],
    ['a block and an address in it', '192.0.2.0/24', '192.0.2.255', true],
    ['neighbours', '192.0.2.0/24', '192.0.3.0', false],
    ['both families', '::/0', '192.0.2.1', false],
    ['an address that nobody knows', '0.0.0.0/0', 'unknown', false],
  ])('decides on %s', (_name, one, other, expected) => {
    expect([overlaps(one, other), overlaps(other, one)]).toEqual([expected, expected])
  })
})
