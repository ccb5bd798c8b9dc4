import { expect, test } from 'vitest'
import { isPublicAddress } from '../../../shared/auth/public-address.ts'

test.each(['8.8.8.8', '52.94.133.131', '172.15.255.255', '172.32.0.1', '2603:1006:2000::1', '2a01:111:f100::1'])(
  '%s is an address of the internet',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:8.8.8.8',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  'fe80::1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  'ff02::1',
  '2001:db8::1',
  '2002:a9fe:a9fe::1',
  'localhost',
  '',
])('%j is none', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})
