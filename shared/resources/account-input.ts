import * as z from 'zod/mini'
import { ACCOUNT_RULE, isAccountName } from '../auth/account.ts'
import { flag, objectName } from './name-input.ts'
import { strictError } from './parse-input.ts'

/** What an account may be called. */
const accountName = z.string({ error: ACCOUNT_RULE }).check(z.refine(isAccountName, { error: ACCOUNT_RULE }))

/** What an admin says of a new account. */
export const newAccount = z.strictObject({ name: accountName }, { error: strictError })

/** What an admin may change of an account; null takes a setting away. */
export const accountChange = z.strictObject(
  { networkPolicy: z.nullish(objectName), separateUserNames: z.optional(flag) },
  { error: strictError },
)

export type AccountInput = z.input<typeof newAccount>
export type AccountChange = z.input<typeof accountChange>
