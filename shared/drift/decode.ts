import { FileError } from './file-error.ts'

const LINE_FEED = 0x0a
/** What a file begins with that says how it is written; UTF-8 needs none. */
const MARKS = [
  { encoding: 'utf-8', mark: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', mark: [0xff, 0xfe] },
  { encoding: 'utf-16be', mark: [0xfe, 0xff] },
] as const
type Encoding = (typeof MARKS)[number]['encoding']

const HOW = 'save it as "CSV UTF-8", or as Unicode text'

/**
 * The text of a file in UTF-8, with a byte order mark or without, or in UTF-16 with one (Excel's "Unicode text").
 * @throws {FileError} otherwise, naming the first byte that is neither, and its line.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = MARKS.find(({ mark }) => mark.every((byte, i) => bytes[i] === byte))?.encoding ?? 'utf-8'
  if (!isText(bytes, encoding, bytes.length, false)) throw undecodable(bytes, encoding)
  if (encoding === 'utf-8' && bytes.includes(0)) throw zeroByte(bytes)
  return new TextDecoder(encoding).decode(bytes)
}

/** Whether the first bytes are text; where more may follow, the last character may be cut. */
function isText(bytes: Uint8Array, encoding: Encoding, length: number, stream: boolean): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, length), { stream })
    return true
  } catch {
    return false
  }
}

function undecodable(bytes: Uint8Array, encoding: Encoding): FileError {
  const at = firstBad(bytes, encoding)
  if (at === bytes.length) return new FileError(`The file ends within a character: is it whole, and ${encoding}?`)
  const byte = `0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`
  const line = lineOf(bytes, at)
  return new FileError(`Byte ${at + 1} (${byte}), line ${line}, is no ${encoding} text: ${HOW}`, {
    line,
    expected: HOW,
  })
}

/** Text without a mark that holds zero bytes is UTF-16, or none at all. */
function zeroByte(bytes: Uint8Array): FileError {
  const at = bytes.indexOf(0)
  const line = lineOf(bytes, at)
  return new FileError(`Byte ${at + 1}, line ${line}, is zero: UTF-16 needs a byte order mark; ${HOW}`, {
    line,
    expected: HOW,
  })
}

/** Halves the file until the longest beginning is found that is text. */
function firstBad(bytes: Uint8Array, encoding: Encoding): number {
  let good = 0
  let bad = bytes.length + 1
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (isText(bytes, encoding, middle, true)) good = middle
    else bad = middle
  }
  return good
}

const lineOf = (bytes: Uint8Array, at: number): number =>
  1 + bytes.subarray(0, at).reduce((count, byte) => (byte === LINE_FEED ? count + 1 : count), 0)
