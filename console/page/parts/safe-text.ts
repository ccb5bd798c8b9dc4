/** A piece of a foreign text: as it is, or a character that cannot be seen and might deceive, by its code. */
export interface Piece {
  text: string
  isCode: boolean
}

/** Controls, direction marks, zero width, tags, fillers, variation selectors and halves of pairs. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u115f\u1160\u17b4\u17b5\u2028\u2029\u3164\uffa0\ufff9-\uffff\u{e0000}-\u{e0fff}]/u

/** The two joiners are part of emoji and of Persian and Indic words; elsewhere they only hide. */
const JOINER = /^[\u200c\u200d]$/
const JOINED =
  /^(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])(?:[\p{L}\p{M}\p{So}]|[\u{1f3fb}-\u{1f3ff}])$/u

/** Takes a text apart: what nobody can see stands as its code point, such as `U+202E`. */
export function safePieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let previous = ''
  for (const character of text) {
    const isCode = UNSEEN.test(character) && !(JOINER.test(character) && JOINED.test(previous))
    previous = character
    const last = pieces.at(-1)
    if (!isCode && last && !last.isCode) last.text += character
    else pieces.push({ text: isCode ? codeOf(character) : character, isCode })
  }
  return pieces
}

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** The same as plain text, for titles and names that hold no elements. */
export const safeText = (text: string): string =>
  safePieces(text)
    .map(({ text: piece, isCode }) => (isCode ? `[${piece}]` : piece))
    .join('')

/** A long text without its middle, the larger part being its beginning; undefined where it is short. */
export function cutMiddle(text: string, max: number): string | undefined {
  const characters = [...text]
  if (characters.length <= max) return undefined
  const tail = Math.floor((max - 1) / 3)
  return `${characters.slice(0, max - 1 - tail).join('')}…${characters.slice(characters.length - tail).join('')}`
}
