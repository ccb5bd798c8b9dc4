import { OUTCOMES } from '../../../shared/audit/outcome.ts'
import { parseSpan } from '../../../shared/auth/span.ts'
import { option } from '../../command-line.ts'
import { FILTERS, FIRST_SPAN, type TimelineValues } from './schema.ts'

/** Parameters of a question to the event history. */
export type Question = Readonly<Record<string, string>>

/** Whoever searches for words writes them into a question: those would be found, so they are left out, and it is told. */
export const leavesOutQuestions = ({ text, kind }: TimelineValues): boolean => text !== '' && kind === ''

/** The filters of an address as parameters of a question: without range, and without outcome. */
export function filtersOf(values: TimelineValues): Question {
  const given = FILTERS.filter((name) => values[name] !== '' && name !== 'object').map((name) => [name, values[name]])
  const object = values.object === '' ? {} : { resource: values.object, reads: 'true' }
  const kind = leavesOutQuestions(values) ? { kind: '!audit' } : {}
  return { type: 'ALL', allowEmpty: 'true', ...Object.fromEntries(given), ...kind, ...object }
}

/** The same behind a place: there is all, what only read an object too. */
export function followingOf(values: TimelineValues): Question {
  const { reads: _, ...filters } = { ...filtersOf(values), ...outcomesOf(values) }
  return filters
}

/** Which outcomes are shown, where that is not all of them. */
export const outcomesOf = ({ show }: TimelineValues): Question =>
  show.length === OUTCOMES.length ? {} : { outcome: show.join(',') }

/** The range of an address as parameters; without an end it goes on. */
export function rangeOf({ from, to, last }: TimelineValues): Question {
  return from === '' ? { last } : { from, ...(to !== '' && { to }) }
}

/** Whether a range has no end, so that what comes belongs to it. */
export const isOpenRange = ({ to }: TimelineValues): boolean => to === ''

/** A range in milliseconds since 1970. */
export interface Range {
  from: number
  to: number
}

/** The range of an address as instants, at a time and with a retention. */
export function instantsOf({ from, to, last }: TimelineValues, now: number, retentionDays: number): Range {
  if (from !== '') return { from: Date.parse(from), to: to === '' ? now : Date.parse(to) }
  const kept = retentionDays * 86_400_000
  return { from: now - Math.min(parseSpan(last) ?? kept, kept), to: now }
}

/** Spans that one can choose. */
export const SPANS: readonly { value: string; label: string }[] = [
  { value: '15m', label: 'Last 15 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
  { value: 'all', label: 'All that is kept' },
]

const UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' }

/** A span in words: `the last 24 hours`. */
export function spanWords(last: string): string {
  const [, amount = '', unit = ''] = /^(\d+)([smhd])$/.exec(last) ?? []
  if (amount === '') return 'all that is kept'
  return amount === '1' ? `the last ${UNITS[unit]}` : `the last ${amount} ${UNITS[unit]}s`
}

/** The range as the command line takes it. */
export function commandOf(values: TimelineValues): string[] {
  const range = values.from === '' ? ['--last', values.last === 'all' ? 'all' : values.last] : ['--from', values.from]
  const end = values.from !== '' && values.to !== '' ? ['--to', values.to] : []
  const filters = FILTERS.flatMap((name) => {
    if (values[name] === '') return []
    return name === 'object' ? [...option('resource', values.object), '--reads'] : option(name, values[name])
  })
  const { outcome } = outcomesOf(values)
  const outcomes = outcome === undefined ? [] : ['--outcome', outcome]
  return ['event-history', ...range, ...end, '--type', 'ALL', ...filters, ...outcomes]
}

/** What shows the first range again. */
export const FIRST_RANGE = { last: FIRST_SPAN, from: '', to: '' } as const
