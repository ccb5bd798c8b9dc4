import { SocketAddress } from 'node:net'
import { parseBlock } from './network-policy.ts'

/**
 * An entry of a policy as it is kept: `10.1.2.3/8` stands for `10.0.0.0/8`, and is written so, since an address in it
 * would make readers believe that it says something. Entries without such an address stay as they are written.
 */
export function toNetworkBlock(text: string): string {
  const block = parseBlock(text)
  if (!block) return text
  const { prefix, family } = block
  const bytes = toBytes(block)
  const kept = bytes.map((byte, i) => byte & maskOf(prefix - i * 8))
  if (kept.every((byte, i) => byte === bytes[i])) return text
  return `${family === 'ipv4' ? kept.join('.') : toIpv6(kept)}/${prefix}`
}

/** Of a byte the bits that a prefix keeps which has so many left. */
const maskOf = (bits: number): number => (0xff << (8 - Math.max(0, Math.min(8, bits)))) & 0xff

function toBytes({ address, family }: NonNullable<ReturnType<typeof parseBlock>>): number[] {
  if (family === 'ipv4') return address.split('.').map(Number)
  const [head = '', tail] = address.replace(/[\d.]+\.\d+$/, hexOfDotted).split('::')
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')]
  const between = Array<number>(8 - before.length - after.length).fill(0)
  return [...before, ...between, ...after].flatMap((group) => [group >> 8, group & 0xff])
}

const groupsOf = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number(`0x${group}`)))

/** The last 32 bits of an address may be written as those of IPv4. */
function hexOfDotted(dotted: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number)
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

function toIpv6(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  )
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address
}
