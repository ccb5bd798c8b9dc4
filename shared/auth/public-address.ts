import { BlockList, isIP, SocketAddress } from 'node:net'

type Block = readonly [net: string, prefix: number]

/** What is not the public internet, and reachable from inside a cloud all the same (IANA's special-purpose registry). */
const NOT_PUBLIC = list('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Metadata of instances and containers is here.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
])
/** Of IPv6 the one block of the internet is named, without those that stand for IPv4 addresses. */
const INTERNET = list('ipv6', [['2000::', 3]])
const INSIDE_IT = list('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])

/** Whether an address is one of the public internet. An IPv4 address written as IPv6 is none: nobody's name leads to it. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !NOT_PUBLIC.check(address, 'ipv4')
  if (version !== 6 || address.includes('%')) return false
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address
  return INTERNET.check(canonical, 'ipv6') && !INSIDE_IT.check(canonical, 'ipv6')
}

function list(family: 'ipv4' | 'ipv6', blocks: readonly Block[]): BlockList {
  const built = new BlockList()
  for (const [net, prefix] of blocks) built.addSubnet(net, prefix, family)
  return built
}
