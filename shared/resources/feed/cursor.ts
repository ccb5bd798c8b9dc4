import { invalidValue } from '../../scim/error.ts'
import type { FeedPosition } from './tell.ts'

/** The first byte of a cursor: another form is another number. */
const FORM = 1
const HEAD_BYTES = 7
const ID_BYTES = 16
const MARK_BYTES = 8
/** Marks that a cursor holds, so that it fits a URL: 2.8 KB of text. */
export const MAX_MARKS = 256
/** A few more are read back: changes of one object are told together, whatever room there is. */
const MAX_BYTES = HEAD_BYTES + 1 + ID_BYTES + 4 * MAX_MARKS * MARK_BYTES

/** A position as its reader keeps it: opaque, letters and digits, `-` and `_`. */
export function presentCursor({ place, told }: FeedPosition): string {
  const [time = '', id = ''] = place.split('#')
  const head = Buffer.alloc(HEAD_BYTES + 1)
  head.writeUInt8(FORM)
  head.writeUIntBE(Date.parse(time.slice(0, 24)), 1, 6)
  // What ends a range has a `$` where an event has its id: behind everything of its instant.
  head.writeUInt8(id ? 1 : time.endsWith('$') ? 2 : 0, HEAD_BYTES)
  const marks = [...told].map((mark) => Buffer.from(mark, 'hex'))
  return Buffer.concat([head, Buffer.from(id.replaceAll('-', ''), 'hex'), ...marks]).toString('base64url')
}

/** @throws {ScimError} 400 invalidValue where it is no cursor of ours. */
export function parseCursor(cursor: string): FeedPosition {
  const bytes = Buffer.from(cursor, 'base64url')
  const end = bytes.length <= HEAD_BYTES ? -1 : bytes.readUInt8(HEAD_BYTES)
  const from = HEAD_BYTES + 1 + (end === 1 ? ID_BYTES : 0)
  const isWhole = bytes.length >= from && (bytes.length - from) % MARK_BYTES === 0 && bytes.length <= MAX_BYTES
  if (!isWhole || bytes[0] !== FORM || end < 0 || end > 2 || bytes.toString('base64url') !== cursor) {
    throw invalidValue('Cannot read after: expected the "cursor" of an earlier answer, or "oldest"')
  }
  const time = new Date(bytes.readUIntBE(1, 6)).toISOString()
  const id = end === 1 ? `#${toUuid(bytes.subarray(HEAD_BYTES + 1, from).toString('hex'))}` : ''
  const told = bytes.subarray(from).toString('hex').match(/.{16}/g) ?? []
  return { place: `${time}${end === 2 ? '$' : id}`, told: new Set(told) }
}

const toUuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
