/** The account of callers who name none. */
export const DEFAULT_ACCOUNT = 'default'

/** What the name of an account may be, as errors say it. */
export const ACCOUNT_RULE = 'small letters, digits and hyphens, at most 63'

/** Whether a text may be the name of an account. */
export const isAccountName = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,62}$/.test(text)
