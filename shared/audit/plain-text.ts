/**
 * Controls, invisible format characters (text direction among them), lone surrogates, line separators. The two joiners
 * stay: they are part of Persian and Indic words and of emoji, and move nothing.
 */
const INVISIBLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/**
 * A value as one line that cannot move the cursor, colour the screen or turn the text around: names come from clients
 * (SECURITY I6). What would is shown as JSON writes it, such as `\u009b`.
 */
export const plainText = (text: string): string =>
  text.replace(/[\t\r\n\u2028\u2029]+/g, ' ').replace(INVISIBLE, toEscape)

/** JSON that says the same and holds no character that a terminal would obey or hide. */
export const plainJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(INVISIBLE, (found) => (found === '\n' ? found : toEscape(found)))

function toEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
