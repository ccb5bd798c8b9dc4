import { maskComparisons, maskExpression } from './secrets.ts'

const MAX_QUOTED = 80

/** What terminals and pages obey or hide instead of showing it: controls, directions, joiners, separators, tags. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}]/gu

/**
 * A client's value as error details show it: JSON, at most some 80 characters, never half a character, what is not seen
 * escaped, and without what it compares with a secret attribute.
 */
export function quote(value: unknown): string {
  const text = shorten(typeof value === 'string' ? maskComparisons(value) : describe(value))
  return typeof value === 'string' ? escapeUnseen(JSON.stringify(text)) : text
}

/** JSON text that shows, by escapes, every character that is not seen. */
export const escapeUnseen = (json: string): string => json.replace(UNSEEN, toEscapes)

/** A character outside the first plane is two escapes in JSON. */
const toEscapes = (character: string): string =>
  character.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

const shorten = (text: string): string => (text.length <= MAX_QUOTED ? text : `${cutText(text, MAX_QUOTED)}...`)

/** The beginning of a text, at most `max` UTF-16 code units of it, never half a character. */
export function cutText(text: string, max = Number.POSITIVE_INFINITY): string {
  if (text.length <= max) return text
  return /[\uD800-\uDBFF]/.test(text.charAt(max - 1)) ? text.slice(0, max - 1) : text.slice(0, max)
}

/** As {@link quote}, for filters and paths, which are hidden where they name a secret attribute beside other text. */
export const quoteExpression = (value: unknown): string =>
  quote(typeof value === 'string' ? maskExpression(value) : value)
