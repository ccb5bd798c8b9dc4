import * as z from 'zod'
import { BRIEF_COLUMNS, EVENT_COLUMNS, type EventColumn, type EventRow } from '../../shared/audit/event-row.ts'
import { type Command, command, type Session, wholeNumber } from '../command.ts'
import { formatList, type ListView } from '../output.ts'

const MAX_LIMIT = 10_000
const DEFAULT_LIMIT = 100

const VIEW: ListView<EventRow> = {
  table: BRIEF_COLUMNS.map(({ heading, column }) => ({ header: heading, get: (row) => shown(row, column) })),
  csv: EVENT_COLUMNS.map((header) => ({ header, get: (row) => row[header] ?? undefined })),
}

/** A failure's status is shown with its scimType. */
const shown = (row: EventRow, column: EventColumn) =>
  ((column === 'HTTP_STATUS' && row.ERROR_CODE) || row[column]) ?? undefined

interface Answer {
  from: string
  to: string
  events: EventRow[]
  next?: string
  unreadable?: number
}

const text = z.string().min(1, 'expected a value').optional()

const history = command({
  words: 'event-history',
  summary: 'Show the requests of a time range, the most recent ones, oldest first',
  flags: {
    last: { value: 'SPAN', help: 'the last 30s, 5m, 2h or 7d (default: 7d, or the retention if shorter)' },
    from: { value: 'INSTANT', help: 'start of the range, such as 2026-08-31T10:00:00Z; not together with --last' },
    to: { value: 'INSTANT', help: 'end of the range (default: now)' },
    limit: { value: 'N', help: `at most so many, 1 to ${MAX_LIMIT} (default ${DEFAULT_LIMIT})` },
    type: {
      value: 'TYPE',
      help: 'SCIM (clients; the default), ADMIN (administrators and auditors) or ALL; all if a name is given below',
    },
    integration: { value: 'NAME', help: 'only this integration; IAM for administrators' },
    method: { value: 'METHOD', help: 'only GET, POST, PUT, PATCH or DELETE' },
    status: { value: 'STATUS', help: 'only SUCCESS, FAILURE, a status such as 409, or a class such as 4xx' },
    resource: { value: 'ID|NAME', help: 'only this user, role, integration or token' },
  },
  examples: [
    'rolecall event-history --last 5m --limit 200',
    'rolecall event-history --last 1d --status FAILURE --integration OKTA_PROVISIONING',
    'rolecall event-history --last 30d --type ADMIN',
    'rolecall event-history --from 2026-08-01 --to 2026-08-31 --limit 10000 --output csv > august.csv',
  ],
  schema: z.object({
    ...{ last: text, from: text, to: text, type: text, integration: text, method: text, status: text, resource: text },
    limit: wholeNumber(1, MAX_LIMIT).default(DEFAULT_LIMIT),
  }),
  run: async (session, { limit, ...filters }) => {
    const { terminal, output } = session
    const { events, unreadable } = await ask(session, limit, filters)
    terminal.print(formatList(events, VIEW, output))
    if (events.length === 0) terminal.tell('No such events in this range')
    if (events.length === limit) terminal.tell(`The ${limit} most recent are shown, there may be more: raise --limit`)
    if (unreadable > 0) terminal.tell(`${unreadable} rows of the range could not be read`)
  },
})

/** Asks on where an answer had to end before the limit; older parts go before newer ones. */
async function ask({ api }: Session, limit: number, filters: Record<string, string | undefined>) {
  let events: EventRow[] = []
  let unreadable = 0
  let before: string | undefined
  let range: Record<string, string | undefined> = filters
  do {
    const query = { ...range, limit: limit - events.length, before }
    const answer = await api.call<Answer>({ path: ['events'], query })
    events = [...answer.events, ...events]
    unreadable += answer.unreadable ?? 0
    before = answer.next
    range = { ...filters, last: undefined, from: answer.from, to: answer.to }
  } while (before !== undefined && events.length < limit)
  return { events, unreadable }
}

export const eventCommands: Command[] = [history]
