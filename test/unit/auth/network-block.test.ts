import { describe, expect, test } from 'vitest'
import { toNetworkBlock } from '../../../shared/auth/network-block.ts'
import { isSameBlock } from '../../../shared/auth/network-policy.ts'

describe('toNetworkBlock()', () => {
  test.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['192.0.2.129/25', '192.0.2.128/25'],
    ['192.0.2.255/0', '0.0.0.0/0'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['2001:db8:ffff:ffff::1/49', '2001:db8:ffff:8000::/49'],
    ['::1.2.3.4/112', '::1.2.0.0/112'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
  ])('writes %s as %s, which is the same block', (text, expected) => {
    expect(toNetworkBlock(text)).toBe(expected)
    expect(isSameBlock(text, expected)).toBe(true)
  })

  test.each(['10.0.0.0/8', '192.0.2.1', '192.0.2.1/32', '2001:DB8::/32', '2001:db8::1', '::/0', 'nonsense'])(
    'leaves %s as it is written',
    (text) => {
      expect(toNetworkBlock(text)).toBe(text)
    },
  )
})
