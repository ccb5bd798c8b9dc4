import { createHash, randomBytes } from 'node:crypto'

/** How far a clock may be set back before ids follow it: else one that once ran ahead would date them for ever. */
const MAX_AHEAD_MS = 60_000

let lastMs = 0
let sequence = 0

/**
 * A UUIDv7 (RFC 9562 §5.7) of the given instant: ids of one process sort in the order they were made, so new
 * objects come last in their collection, unless the clock is set back by more than a minute. The 12 bits after the time
 * count within a millisecond.
 */
export function newId(now: Date): string {
  const at = now.getTime()
  const ms = lastMs - at > MAX_AHEAD_MS ? at : Math.max(at, lastMs)
  sequence = ms === lastMs ? sequence + 1 : randomBytes(1).readUInt8()
  lastMs = sequence > 0xfff ? ms + 1 : ms
  sequence &= 0xfff
  const random = randomBytes(8)
  random.writeUInt8((random.readUInt8(0) & 0x3f) | 0x80, 0)
  return toUuid(lastMs, `7${sequence.toString(16).padStart(3, '0')}`, random.toString('hex'))
}

/**
 * The same id from every process: a UUIDv8 (RFC 9562 §5.8) of an instant, in epoch milliseconds, and of the hash of a
 * name. In order of time like the others, and behind those of `newId` with the same instant.
 */
export function namedId(ms: number, name: string): string {
  const hash = createHash('sha256').update(name).digest('hex')
  return toUuid(ms, `8${hash.slice(0, 3)}`, `8${hash.slice(3, 18)}`)
}

/** The instant an id was made of, in epoch milliseconds. */
export const instantOf = (id: string): number => Number.parseInt(`${id.slice(0, 8)}${id.slice(9, 13)}`, 16)

/** Sorts before every id that is made from this instant on, in epoch milliseconds. */
export const beforeIdsOf = (ms: number): string => {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}`
}

function toUuid(ms: number, group: string, rest: string): string {
  return `${beforeIdsOf(ms)}-${group}-${rest.slice(0, 4)}-${rest.slice(4)}`
}
