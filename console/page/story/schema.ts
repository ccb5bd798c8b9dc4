import { oneOf, text, textLike } from '../router/schema.ts'

/** What an object's page shows of its history. */
export const SHOWS = ['all', 'attributes', 'roles', 'refused'] as const
export type Show = (typeof SHOWS)[number]

/** The parameters of an object's page. */
export const STORY = {
  show: oneOf(SHOWS, 'all'),
  asof: textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/),
  open: text(),
  q: text(),
}
