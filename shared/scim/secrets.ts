/** Attributes whose values nobody is shown, and parameters that are named like them; in any letter case. */
const NAMES =
  'password(?:hash)?|passwd|(?:client_?)?secret(?:hash)?|(?:(?:access|auth|bearer|id|refresh)_?)?token|api_?key'
const NAME = new RegExp(`^(?:${NAMES})$`, 'i')
const NAMED = new RegExp(String.raw`(?<!\w)(?:${NAMES})(?!\w)`, 'i')
/** One attribute, or a list of them as `attributes` takes it: no value is among them. */
const ONLY_NAMES = /^\s*[\w.:$/-]+(?:\s*,\s*[\w.:$/-]+)*\s*$/
const LITERAL = /"(?:[^"\\]|\\.)*\\?(?:"|$)/gs

const LINK = String.raw`\\*"\s*:\s*(?=\\*["\d-])|\s*=\s*|\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+|(?<=password|passwordhash)\s+(?=\\*["'\d-])`
/** A quoted value, its quotes escaped as often as the text around it was quoted, or a bare one; without an end, all. */
const VALUE = String.raw`(\\*)"[^]*?(?:(?<!\\)\2"|(?=(?<!\\)")|$)|'[^']*'?|(?!\(masked\))\S+?(?=:?(?:\s|$))`
const COMPARISON = new RegExp(String.raw`(?<!\w)((?:${NAMES})(?:${LINK}))(?:${VALUE})`, 'gi')

/** What stands for a text that may not be shown. */
export const MASKED = '(masked)'

/** Whether the value of an attribute, or of a parameter, is secret; a URN may precede the name. */
export const isSecret = (name: string): boolean => NAME.test(name.slice(name.lastIndexOf(':') + 1))

/** A text without the values it compares with secret attributes, or gives to them, at any depth of quoting. */
export const maskComparisons = (text: string): string => text.replace(COMPARISON, `$1${MASKED}`)

/**
 * A client's filter, PATCH path or parameter as it may be shown: not at all where it names a secret attribute outside
 * its literals and holds more than names, since what else it holds may be the secret, however malformed it is.
 */
export function maskExpression(text: string): string {
  const isHarmless = ONLY_NAMES.test(text) || !NAMED.test(text.replace(LITERAL, '""'))
  return isHarmless ? text : MASKED
}
