import * as z from 'zod/mini'
import { sixMonthsAfter } from '../auth/six-months.ts'
import { parseSpan, SPAN_RULE } from '../auth/span.ts'
import { invalidValue } from '../scim/error.ts'
import { instant } from './integration-input.ts'
import { parseInput, strictError } from './parse-input.ts'

const NAME_RULE = 'expected 1 to 128 characters, none of them a control character'

/** The most characters of a token's name. */
export const MAX_NAME = 128

/** What a token may be called. */
export const tokenName = z
  .string({ error: NAME_RULE })
  .check(z.regex(new RegExp(`^[^\\p{C}]{1,${MAX_NAME}}$`, 'u'), { error: NAME_RULE }))

/** A span of time, in milliseconds. */
export const span = z.pipe(
  z.string({ error: SPAN_RULE }).check(z.refine((text) => parseSpan(text) !== undefined, { error: SPAN_RULE })),
  z.transform((text) => parseSpan(text) ?? 0),
)

/** What an admin says of a new token: how long it works is said in one way, or not at all. */
const newToken = {
  name: z.optional(tokenName),
  life: z.optional(span),
  expiresAt: z.optional(
    z.pipe(
      instant,
      z.transform((text) => Date.parse(text)),
    ),
  ),
}
const tokenInput = z.strictObject(newToken, { error: strictError })

/** A token that is rotated works for a week more, unless something else is said. */
const DEFAULT_OVERLAP_MS = 7 * 86_400_000
/** A shorter overlap would end while the gateway may still know the old token by its old end. */
const MIN_OVERLAP_MS = 3_600_000
const OVERLAP_RULE = 'expected at least 1h, such as 7d; to end a token at once, revoke it'

const rotationInput = z.strictObject(
  {
    ...newToken,
    overlap: z._default(
      span.check(z.refine((ms) => ms >= MIN_OVERLAP_MS, { error: OVERLAP_RULE })),
      DEFAULT_OVERLAP_MS,
    ),
  },
  { error: strictError },
)
const renamingInput = z.strictObject({ name: tokenName }, { error: strictError })

/** A new token's name, where it is to have one, and the instant of its end in epoch milliseconds. */
export interface TokenWish {
  name: string | undefined
  expiresAt: number
}

/** Reads what is asked of a new token. Unknown members are refused. @throws {ScimError} 400 invalidValue. */
export function parseNewToken(input: unknown, now: Date): TokenWish {
  const { name, ...life } = parseInput(tokenInput, input)
  return { name, expiresAt: expiryOf(life, now) }
}

/** The same of a rotation; `overlap` in milliseconds. @throws {ScimError} 400 invalidValue. */
export function parseRotation(input: unknown, now: Date): TokenWish & { overlap: number } {
  const { name, overlap, ...life } = parseInput(rotationInput, input)
  return { name, overlap, expiresAt: expiryOf(life, now) }
}

/** A token's new name. @throws {ScimError} 400 invalidValue. */
export const parseTokenName = (input: unknown): string => parseInput(renamingInput, input).name

type Life = Pick<z.output<typeof tokenInput>, 'life' | 'expiresAt'>

/** Six calendar months from now, or earlier. */
function expiryOf({ life, expiresAt }: Life, now: Date): number {
  if (life !== undefined && expiresAt !== undefined) {
    throw invalidValue('Cannot use "life" and "expiresAt" together: say once how long the token works')
  }
  const latest = sixMonthsAfter(now)
  const wanted = expiresAt ?? (life === undefined ? latest.getTime() : now.getTime() + life)
  if (wanted > latest.getTime()) {
    throw invalidValue(`Cannot make a token for so long: six months are the most, until ${latest.toISOString()}`)
  }
  if (wanted <= now.getTime()) throw invalidValue('Cannot make a token that has ended already: expiresAt is past')
  return wanted
}
