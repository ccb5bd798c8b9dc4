import { DEFAULT_ACCOUNT } from '../auth/account.ts'

/**
 * A command that an administrator may paste: these words, and the account they are for unless it is the one of callers
 * who name none. Pasted without it, it would act on another account.
 */
export const commandFor = (account: string, words: string): string =>
  `rolecall ${words}${account === DEFAULT_ACCOUNT ? '' : ` --account ${account}`}`
