import type { EventRow } from '../../shared/audit/event-row.ts'
import { plainJson, plainText } from '../../shared/audit/plain-text.ts'
import { SPAN_RULE } from '../../shared/auth/span.ts'
import type { CountsAnswer } from '../../shared/http/event-counts.ts'
import { type Command, command } from '../command.ts'
import { UsageError } from '../failure.ts'
import { optional, someText } from '../flags.ts'
import { type ListView, showList } from '../output.ts'
import { Narrator } from '../sentences.ts'
import { toLines } from '../table.ts'
import { FILTER_FLAGS, RANGE_FLAGS } from './event-history.ts'
import { detailLines } from './event-view.ts'

const showEvent = command({
  words: 'event show',
  summary: 'Show one event by its id: what happened, every column, and what it changed',
  operands: [{ name: 'EVENT_ID', help: 'the id, as EVENT_ID of event-history --output json shows it' }],
  flags: {},
  outputs: ['table', 'json'],
  examples: ['rolecall event show 01a21a29-cb91-70bb-ba0a-4a4d899dbec4'],
  run: async (session, _flags, id = '') => {
    const { terminal, output, api } = session
    const row = await api.call<EventRow>({ path: ['events', id] })
    const [said] = await new Narrator(session).say([row])
    if (output === 'json') await terminal.write(`${plainJson(said, 2)}\n`)
    else await terminal.write(`${plainText(said?.SENTENCE ?? '')}\n\n${eventLines(row)}\n`)
    return 0
  },
})

/** Every column that has a value, and DETAILS taken apart. */
function eventLines(row: EventRow): string {
  const { DETAILS: _, ...columns } = row
  return [toLines(Object.entries(columns).map(([name, value]) => [name, value ?? undefined])), detailLines(row)].join(
    '\n\n',
  )
}

type CountedStep = CountsAnswer['buckets'][number]

const COUNTS_VIEW: ListView<CountedStep> = {
  table: [
    { header: 'FROM', get: ({ at }) => at },
    { header: 'CHANGED', get: ({ changed }) => changed },
    { header: 'READ', get: ({ read }) => read },
    { header: 'REFUSED', get: ({ refused }) => refused },
    { header: 'FAILED', get: ({ failed }) => failed },
  ],
}

const countsCommand = command({
  words: 'event counts',
  summary: 'Count the requests of a time range by outcome, step by step',
  flags: {
    ...RANGE_FLAGS,
    step: optional('SPAN', `how long a step is: ${SPAN_RULE} (default: by the range)`, someText),
    ...FILTER_FLAGS,
  },
  examples: [
    'rolecall event counts --last 1d --step 1h',
    'rolecall event counts --last 7d --integration OKTA_PROVISIONING --output csv > counts.csv',
  ],
  check: ({ last, from, reads, resource }) => {
    if (last !== undefined && from !== undefined) {
      throw new UsageError('--from and --last contradict each other: give one of them')
    }
    if (reads && resource === undefined) throw new UsageError('--reads needs --resource: name what was read')
  },
  run: async (session, { reads, ...question }) => {
    const query = { ...question, ...(reads && { reads: 'true' }) }
    const { buckets, partial, from } = await session.api.call<CountsAnswer>({ path: ['events', 'counts'], query })
    await showList(session, COUNTS_VIEW, [buckets])
    if (buckets.length === 0) session.terminal.tell('No such events in this range')
    if (partial) {
      session.terminal.tell(
        `Counted from ${partial.from} on, since there is too much: for what was before it ask for --from ${from} --to ${beforeInstant(partial.from)}`,
      )
    }
    return 0
  },
})

const beforeInstant = (instant: string): string => new Date(Date.parse(instant) - 1).toISOString()

/** Commands about events that are no list of them. */
export const eventCommands: readonly Command[] = [showEvent, countsCommand]
