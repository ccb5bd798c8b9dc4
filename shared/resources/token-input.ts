import * as z from 'zod/mini'
import { strictError } from './parse-input.ts'

const NAME_RULE = 'expected 1 to 128 characters, none of them a control character'

/** What a token may be called. */
export const tokenName = z.string({ error: NAME_RULE }).check(z.regex(/^[^\p{C}]{1,128}$/u, { error: NAME_RULE }))

/** What an admin says of a new token. Unknown members are refused. */
export const tokenInput = z.strictObject({ name: z.optional(tokenName) }, { error: strictError })
