import { oneOf, text, type ValuesOf } from '../router/schema.ts'
import { TAB_NAMES } from './tabs.ts'

/** By what users are matched; nothing: by what fits the names. */
export const MATCH_CHOICES = ['userName', 'externalId', 'email'] as const

/** The parameters of the page's address; the files are not among them. */
export const DRIFT = {
  tab: oneOf(['', ...TAB_NAMES], ''),
  match: oneOf(['', ...MATCH_CHOICES], ''),
  integration: text(),
}

export type DriftValues = ValuesOf<typeof DRIFT>
