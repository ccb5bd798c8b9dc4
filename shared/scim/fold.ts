import type { Attribute } from './schema.ts'

/** Any joiner; names are compared without them. */
const JOINERS = /[\u200C\u200D]/g
/** The dotless i has no case partner in the Unicode folding table, yet its upper case is I (SECURITY.md section 2). */
const DOTLESS_I = 'ı'

/**
 * The form in which names are compared: that of other text, without joiners. Of what is no name nothing may be left, and
 * no key can be made of that.
 */
export const foldName = (name: string): string => foldText(isAscii(name) ? name : name.replace(JOINERS, ''))

/**
 * The form in which text is compared: NFKC, full case fold, NFKC. Texts that differ by letter case or by a compatibility
 * variant of a character only fold to the same text; folding twice changes nothing, and something always is left.
 */
function foldText(text: string): string {
  if (isAscii(text)) return text.toLowerCase()
  return foldCase(text.normalize('NFKC')).normalize('NFKC')
}

/** The form in which a value of the attribute is compared: as a name, as text, or as it is where it is caseExact. */
export function toComparisonForm({ caseExact, identifier }: Attribute, value: string): string {
  if (caseExact) return value
  return identifier ? foldName(value) : foldText(value)
}

/** Lower case of upper case of lower case is Unicode's full folding, save for the dotless i and the final sigma. */
function foldCase(text: string): string {
  const parts = text.split(DOTLESS_I)
  return parts.map((part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ')).join(DOTLESS_I)
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}
