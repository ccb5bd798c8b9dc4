import * as z from 'zod/mini'
import { TOKEN_LIKE } from '../auth/token.ts'

const MAX_NAME = 128
const MAX_COMMENT = 256

/** Words are written in any letter case and kept in capitals. */
export function inCapitals(error: string) {
  return z.pipe(
    z.string({ error }),
    z.transform((text) => text.toUpperCase()),
  )
}

const NAME_RULE = `a letter first, then letters, digits, _ and $, at most ${MAX_NAME}`
/** Names of integrations, roles and network policies: upper case, like every unquoted name in SQL. */
export const objectName = z.pipe(
  inCapitals(NAME_RULE),
  z.string().check(
    z.regex(new RegExp(`^[A-Z][A-Z0-9_$]{0,${MAX_NAME - 1}}$`), { error: NAME_RULE }),
    // Names stand in keys, events and metrics; `search` does not remember where it was, as `test` would.
    z.refine((name) => name.search(TOKEN_LIKE) < 0, { error: 'a name, not a token' }),
  ),
)

/** A note for people. */
export const comment = z
  .string({ error: 'expected text' })
  .check(z.maxLength(MAX_COMMENT, { error: `at most ${MAX_COMMENT} characters` }))

/** A setting that is on or off. */
export const flag = z.boolean({ error: 'expected true or false' })
export const offByDefault = z._default(flag, false)
