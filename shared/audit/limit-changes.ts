import type { Change } from './rest-event.ts'

/** The most bytes of JSON the changes of one event may take. */
export const MAX_CHANGES_BYTES = 8192
/** Characters of JSON that stay of a value that is cut. */
const KEPT_CHARACTERS = 120
/** Room for the row that names what was left out. */
const MARKER_BYTES = 640

/** The attribute of the row that stands for the changes left out. */
export const CUT_MARKER = '(cut)'

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '')

/** Whether one event holds these changes as they are. */
export const fitsEvent = (changes: readonly Change[]): boolean => bytesOf(changes) <= MAX_CHANGES_BYTES

/**
 * The changes as one event may hold them (SECURITY D6). Changes over the limit are cut so that it shows: long values
 * first, which then say how many characters are missing, then whole attributes, which a last row counts and names.
 */
export function limitChanges(changes: readonly Change[]): Change[] {
  if (fitsEvent(changes)) return [...changes]
  const short = changes.map(cutValues)
  if (bytesOf(short) <= MAX_CHANGES_BYTES) return short
  const kept = keepWithin(short, MAX_CHANGES_BYTES - MARKER_BYTES)
  return [...kept, toMarker(changes.slice(kept.length))]
}

/** Whether a value of an event is one that was cut: what a client wrote looks so only where it is as long. */
export const isCutText = (value: unknown): boolean =>
  /^… \(\d+ characters left out\)$/.test(String(value).slice(KEPT_CHARACTERS))

/** Whether an event tells its changes in part only: values or members of them were cut. */
export const isCut = (changes: readonly Change[]): boolean =>
  changes.some(({ attribute }) => attribute === CUT_MARKER) ||
  /… \(\d+ (?:more|characters left out)\)/.test(JSON.stringify(changes))

function cutValues({ attribute, before, after, ...rest }: Change): Change {
  return {
    ...rest,
    attribute: cutText(attribute),
    ...(before !== undefined && { before: cutValue(before) }),
    ...(after !== undefined && { after: cutValue(after) }),
  }
}

function cutValue(value: unknown): unknown {
  const json = JSON.stringify(value)
  return json.length <= 2 * KEPT_CHARACTERS ? value : cutText(json)
}

function cutText(text: string): string {
  const left = text.length - KEPT_CHARACTERS
  return left <= KEPT_CHARACTERS ? text : `${text.slice(0, KEPT_CHARACTERS)}… (${left} characters left out)`
}

function keepWithin(changes: Change[], maxBytes: number): Change[] {
  let bytes = 2
  const end = changes.findIndex((change) => {
    bytes += bytesOf(change) + 1
    return bytes > maxBytes
  })
  return end === -1 ? changes : changes.slice(0, end)
}

function toMarker(left: readonly Change[]): Change {
  const names = left.map(({ attribute }) => attribute).join(', ')
  return { attribute: CUT_MARKER, after: `${left.length} attributes left out: ${cutText(names)}` }
}
