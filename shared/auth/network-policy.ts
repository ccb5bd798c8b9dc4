import { BlockList, isIP, SocketAddress } from 'node:net'
import type { NetworkPolicy } from './applied-policy.ts'

interface Block {
  address: string
  prefix: number
  family: 'ipv4' | 'ipv6'
}

/** Whether an address may call. No policy allows all; a policy with an unreadable entry allows none. */
export function isAllowed(policy: NetworkPolicy | undefined, sourceIp: string): boolean {
  if (!policy) return true
  const source = parseBlock(sourceIp)
  const allowed = parseBlocks(policy.allowed)
  const blocked = parseBlocks(policy.blocked)
  if (!source || !allowed || !blocked) return false
  if (covers(blocked, source)) return false
  return allowed.length === 0 || covers(allowed, source)
}

/** What an entry of a policy may be, as errors say it. */
export const BLOCK_RULE = 'expected an address or a CIDR block such as "192.0.2.0/24" or "2001:db8::/32"'

/** Whether an entry of a policy can be read. */
export const isBlock = (text: string): boolean => parseBlock(text) !== undefined

/**
 * Whether two entries say the same, however they are written: `192.0.2.1` and `192.0.2.1/32`, `10.0.0.5/8` and
 * `10.0.0.0/8`; bits past the prefix say nothing.
 */
export function isSameBlock(one: string, other: string): boolean {
  const [a, b] = [parseBlock(one), parseBlock(other)]
  return a !== undefined && b !== undefined && a.prefix === b.prefix && covers([a], b)
}

/** The blocks, each once, as it is written first. */
export const withoutRepeated = (blocks: readonly string[]): string[] =>
  blocks.filter((block, i) => blocks.findIndex((held) => isSameBlock(held, block)) === i)

/** Whether two addresses or blocks share an address; what cannot be read shares none. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [parseBlock(one), parseBlock(other)]
  return a !== undefined && b !== undefined && (covers([a], b) || covers([b], a))
}

function parseBlocks(entries: readonly string[]): Block[] | undefined {
  const blocks = entries.map(parseBlock)
  return blocks.every((block) => block !== undefined) ? blocks : undefined
}

/** Only blocks of the address's own family count: `::/0` opens IPv6, not IPv4. */
function covers(blocks: Block[], source: Block): boolean {
  const list = new BlockList()
  for (const { address, prefix, family } of blocks) {
    if (family === source.family) list.addSubnet(address, prefix, family)
  }
  return list.check(source.address, source.family)
}

/** Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`; an IPv4 address written as IPv6 is an IPv4 address. */
export function parseBlock(text: string): Block | undefined {
  const [, address = '', suffix] = /^([0-9A-Fa-f.:]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  const bits = version === 4 ? 32 : 128
  const prefix = suffix === undefined ? bits : Number(suffix)
  if (prefix > bits) return undefined
  if (version === 4) return { address, prefix, family: 'ipv4' }
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(canonical) ?? []
  if (mapped && prefix >= 96) return { address: mapped, prefix: prefix - 96, family: 'ipv4' }
  return { address: canonical, prefix, family: 'ipv6' }
}
