import { invalidValue } from './error.ts'
import { foldName } from './fold.ts'
import { JOINER_IN_PLACE } from './joiners.ts'
import { MAX_NAME_BYTES } from './limits.ts'
import { quote } from './quote.ts'

/** Folding makes no text without joiners shorter than a quarter, so longer ones need not be folded to be refused. */
const MAX_UNFOLDED_LENGTH = 4 * MAX_NAME_BYTES
/** An emoji may carry the selector that chooses its coloured or its plain form. */
export const EMOJI_FORM = /(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]/gu
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/\p{Surrogate}/u, 'half a surrogate pair'],
  [/\p{Control}/u, 'a control character'],
  [/\uFFFD/u, 'the replacement character, a sign of a broken encoding'],
  [/[\p{Line_Separator}\p{Paragraph_Separator}]/u, 'a line or paragraph separator'],
  [/[\p{Format}\p{Default_Ignorable_Code_Point}]/u, 'an invisible character'],
  [/\p{Unassigned}/u, 'a code point without a character'],
  [/^\p{White_Space}|\p{White_Space}$/u, 'a space at its start or end'],
]

/** Controls that no text of a resource holds; tabs and line breaks are part of addresses and notes. */
const CONTROL = /[\p{Control}--[\t\n\r]]/v

/**
 * Refuses control characters in any text, which logs, terminals and spreadsheets may obey (SECURITY.md section 2).
 * @throws {ScimError} 400 invalidValue.
 */
export function checkText(attributeName: string, text: string): void {
  if (!CONTROL.test(text)) return
  throw invalidValue(`Cannot use ${attributeName} ${quote(text)}: it holds a control character; remove it`)
}

/**
 * Refuses names that cannot be told apart by eye, or that would not fit a key (SECURITY.md section 2, Names).
 * @throws {ScimError} 400 invalidValue that says which character stands where.
 */
export function checkIdentifier(attributeName: string, text: string): void {
  if (text === '') throw invalidValue(`Cannot use an empty ${attributeName}: send at least one character`)
  if (text.length > MAX_UNFOLDED_LENGTH) throw nameTooLong(attributeName, text, byteLengthOf(text))
  const visible = text.replace(EMOJI_FORM, '').replace(JOINER_IN_PLACE, '')
  const refused = REFUSED.find(([pattern]) => pattern.test(visible))
  if (refused) throw invalidValue(`Cannot use ${attributeName} ${quote(text)}: it holds ${refused[1]}; remove it`)
  const bytes = byteLengthOf(foldName(text))
  if (bytes > MAX_NAME_BYTES) throw nameTooLong(attributeName, text, bytes)
}

/** In UTF-8; browsers know no Buffer. */
const byteLengthOf = (text: string): number => new TextEncoder().encode(text).length

function nameTooLong(attributeName: string, text: string, bytes: number) {
  return invalidValue(
    `Cannot use ${attributeName} ${quote(text)}: it takes ${bytes} bytes, at most ${MAX_NAME_BYTES} are allowed`,
  )
}
