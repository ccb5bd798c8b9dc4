import { randomBytes } from 'node:crypto'

let lastMs = 0
let sequence = 0

/**
 * A UUIDv7 (RFC 9562 §5.7) of the given instant: ids of one process sort in the order they were made, so new
 * objects come last in their collection. The 12 bits after the time count within a millisecond.
 */
export function newId(now: Date): string {
  const ms = Math.max(now.getTime(), lastMs)
  sequence = ms === lastMs ? sequence + 1 : randomBytes(1).readUInt8()
  lastMs = sequence > 0xfff ? ms + 1 : ms
  sequence &= 0xfff
  const time = lastMs.toString(16).padStart(12, '0')
  const random = randomBytes(8)
  random.writeUInt8((random.readUInt8(0) & 0x3f) | 0x80, 0)
  const tail = random.toString('hex')
  const count = `7${sequence.toString(16).padStart(3, '0')}`
  return `${time.slice(0, 8)}-${time.slice(8)}-${count}-${tail.slice(0, 4)}-${tail.slice(4)}`
}
