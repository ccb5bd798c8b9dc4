import type { RestEvent } from '../../audit/rest-event.ts'
import { invalidValue } from '../../scim/error.ts'
import type { FeedPosition } from './tell.ts'

/** What a cursor is for. */
export interface CursorForm {
  /** Its first byte: another form is another number. */
  number: number
  markBytes: number
  /** Marks that a cursor holds, so that it fits a URL. */
  maxMarks: number
  /** What is said of a text that is none. */
  expected: string
}

/** The cursor of the feed of changes, which readers keep: 2.8 KB of text at most. */
export const CHANGES_CURSOR: CursorForm = {
  ...{ number: 1, markBytes: 8, maxMarks: 256 },
  expected: 'the "cursor" of an earlier answer, or "oldest"',
}
/** The cursor of those who follow all events: more of them, told apart for minutes only; 6.9 KB of text at most. */
export const EVENTS_CURSOR: CursorForm = {
  ...{ number: 2, markBytes: 5, maxMarks: 1024 },
  expected: '"follow" or "next" of an earlier answer, the place of a row, or an instant',
}

const HEAD_BYTES = 7
const ID_BYTES = 16
/** A few more are read back: changes of one object are told together, whatever room there is. */
const maxBytesOf = ({ markBytes, maxMarks }: CursorForm): number => HEAD_BYTES + 1 + ID_BYTES + 4 * maxMarks * markBytes

/** Tells events of a few days apart by the last of the random bits of their ids. */
export const markOf = ({ eventId }: Pick<RestEvent, 'eventId'>, { markBytes }: CursorForm = CHANGES_CURSOR): string =>
  eventId.replaceAll('-', '').slice(-2 * markBytes)

/** A position as its reader keeps it: opaque, letters and digits, `-` and `_`. */
export function presentCursor({ place, told }: FeedPosition, form = CHANGES_CURSOR): string {
  const [time = '', id = ''] = place.split('#')
  const head = Buffer.alloc(HEAD_BYTES + 1)
  head.writeUInt8(form.number)
  head.writeUIntBE(Date.parse(time.slice(0, 24)), 1, 6)
  // What ends a range has a `$` where an event has its id: behind everything of its instant.
  head.writeUInt8(id ? 1 : time.endsWith('$') ? 2 : 0, HEAD_BYTES)
  const marks = [...told].map((mark) => Buffer.from(mark, 'hex'))
  return Buffer.concat([head, Buffer.from(id.replaceAll('-', ''), 'hex'), ...marks]).toString('base64url')
}

/** @throws {ScimError} 400 invalidValue where it is no cursor of ours. */
export function parseCursor(cursor: string, form = CHANGES_CURSOR): FeedPosition {
  const bytes = Buffer.from(cursor, 'base64url')
  const end = bytes.length <= HEAD_BYTES ? -1 : bytes.readUInt8(HEAD_BYTES)
  const from = HEAD_BYTES + 1 + (end === 1 ? ID_BYTES : 0)
  const isWhole =
    bytes.length >= from && (bytes.length - from) % form.markBytes === 0 && bytes.length <= maxBytesOf(form)
  if (!isWhole || bytes[0] !== form.number || end < 0 || end > 2 || bytes.toString('base64url') !== cursor) {
    throw invalidValue(`Cannot read after: expected ${form.expected}`)
  }
  const time = new Date(bytes.readUIntBE(1, 6)).toISOString()
  const id = end === 1 ? `#${toUuid(bytes.subarray(HEAD_BYTES + 1, from).toString('hex'))}` : ''
  const told =
    bytes
      .subarray(from)
      .toString('hex')
      .match(new RegExp(`.{${2 * form.markBytes}}`, 'g')) ?? []
  return { place: `${time}${end === 2 ? '$' : id}`, told: new Set(told) }
}

const toUuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
