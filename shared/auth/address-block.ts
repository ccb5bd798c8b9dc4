import { isIP, SocketAddress } from 'node:net'

/**
 * The block an address belongs to, as refused callers are counted (SECURITY R2): /24 of IPv4, /64 of IPv6, in
 * canonical spelling. IPv4 written as IPv6 is IPv4; what is no address is `unknown`.
 */
export function addressBlock(sourceIp: string): string {
  const version = isIP(sourceIp)
  if (version === 4) return ipv4Block(sourceIp)
  if (version !== 6) return 'unknown'
  const { address } = new SocketAddress({ address: sourceIp.replace(/%.*$/, ''), family: 'ipv6' })
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? []
  return mapped ? ipv4Block(mapped) : ipv6Block(address)
}

const ipv4Block = (address: string): string => `${address.split('.').slice(0, 3).join('.')}.0/24`

function ipv6Block(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  const full = [...groups, ...new Array<string>(missing).fill('0'), ...(tail ? tail.split(':') : [])]
  return `${full
    .slice(0, 4)
    .join(':')
    .replace(/(:0)+$/, '')}::/64`
}
