import { EVENT_KINDS, EVENT_METHODS } from '../../../shared/audit/event-kind.ts'
import { OUTCOMES } from '../../../shared/audit/outcome.ts'
import { someOf, text, textLike, type ValuesOf } from '../router/schema.ts'

/** What is shown unless the address says otherwise. */
export const FIRST_SPAN = '24h'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/
/** One word of a list, or several, each perhaps to be left out. */
const someWords = (words: readonly string[]): RegExp => {
  const one = `!?(?:${words.join('|')})`
  return new RegExp(`^${one}(?:,${one})*$`)
}

/** The parameters of the timeline's address. */
export const TIMELINE = {
  last: { ...textLike(/^(?:\d{1,9}[smhd]|all)$/), initial: FIRST_SPAN },
  from: textLike(INSTANT),
  to: textLike(INSTANT),
  show: someOf(OUTCOMES),
  integration: text(),
  actor: text(),
  status: textLike(/^!?(?:[1-5](?:\d\d|xx)|SUCCESS|FAILURE)(?:,!?(?:[1-5](?:\d\d|xx)|SUCCESS|FAILURE))*$/i),
  method: textLike(someWords(EVENT_METHODS)),
  object: text(),
  address: text(),
  token: text(),
  took: textLike(/^[<>] ?\d{1,9} ?m?s$/),
  kind: textLike(someWords(EVENT_KINDS)),
  request: text(),
  text: text(),
  open: text(),
}

export type TimelineValues = ValuesOf<typeof TIMELINE>

/** The parameters that narrow what is shown, but for range and outcome. */
export const FILTERS = [
  ...(['integration', 'actor', 'status', 'method', 'object', 'address', 'token', 'took', 'kind'] as const),
  ...(['request', 'text'] as const),
]
export type FilterName = (typeof FILTERS)[number]

/** What filters are called. */
export const FILTER_LABELS: Readonly<Record<FilterName, string>> = {
  integration: 'Integration',
  actor: 'Actor',
  status: 'Status',
  method: 'Method',
  object: 'Object',
  address: 'Address',
  token: 'Token',
  took: 'Took',
  kind: 'Kind',
  request: 'Request',
  text: 'Text',
}

/** What takes all filters away. */
export const NO_FILTERS = Object.fromEntries(FILTERS.map((name) => [name, ''])) as Record<FilterName, ''>
