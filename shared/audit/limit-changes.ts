import { CUT_MARKER, cutText, KEPT_CHARACTERS } from './cut-text.ts'
import type { Change } from './rest-event.ts'

/** The most bytes of JSON the changes of one event may take. */
export const MAX_CHANGES_BYTES = 8192
/** Room for the row that names what was left out. */
const MARKER_BYTES = 640

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
