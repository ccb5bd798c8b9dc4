import { EMOJI_FORM } from '../scim/identifier.ts'
import { JOINER_IN_PLACE } from '../scim/joiners.ts'

/** What nobody sees: controls, format characters, fillers, separators of lines, half and broken characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}\p{Cn}\uFFFD]/gu
const SPACE_AROUND = /^\p{White_Space}|\p{White_Space}$/gu

/** The code points in a value that are not seen, each once: `U+200B`. Those that scripts and emoji need are left out. */
export const unseenIn = (value: string): string[] =>
  toCodePoints(value.replace(EMOJI_FORM, '').replace(JOINER_IN_PLACE, '').match(UNSEEN))

/** White space around a name, which names here may not have. */
export const spacesAround = (value: string): string[] => toCodePoints(value.match(SPACE_AROUND))

const toCodePoints = (found: readonly string[] | null): string[] => [...new Set(found ?? [])].map(toCodePoint)

const toCodePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
