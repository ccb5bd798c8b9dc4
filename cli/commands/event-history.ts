import { EVENT_KINDS, EVENT_METHODS } from '../../shared/audit/event-kind.ts'
import {
  DEFAULT_LIMIT,
  EVENT_ORDERS,
  EVENT_PARAMETERS,
  EVENT_TYPES,
  MAX_LIMIT,
} from '../../shared/audit/event-query.ts'
import type { EventRow } from '../../shared/audit/event-row.ts'
import { OUTCOMES } from '../../shared/audit/outcome.ts'
import type { EventPart, Question } from '../../shared/audit/reading/walk-events.ts'
import { command, type Flag, type Session } from '../command.ts'
import { listParts, type Rest, tellLeftOut, tellRest } from '../event-listing.ts'
import { contradicting, UsageError } from '../failure.ts'
import { choice, optional, textFor, toggle, wholeNumber } from '../flags.ts'
import { followEvents, onceEach } from '../follow.ts'
import { showList } from '../output.ts'
import { Narrator, showSentences } from '../sentences.ts'
import { detailLines, EVENT_VIEW } from './event-view.ts'

const textOf = (parameter: keyof typeof EVENT_PARAMETERS) => textFor(EVENT_PARAMETERS[parameter])

/** Options that say of when events are. */
export const RANGE_FLAGS = {
  last: optional('SPAN', 'the last 30s, 5m, 2h or 7d (default: 7d, or the retention if shorter)', textOf('last')),
  from: optional('TIME', 'start of the range: 2026-08-31T10:00:00Z, or a day from its beginning (UTC)', textOf('from')),
  to: optional('TIME', 'end of the range: an instant, or a day to its end (default: now)', textOf('to')),
}

/** Options that say which events are meant; a value behind ! is left out. */
export const FILTER_FLAGS = {
  type: choice(
    'TYPE',
    'SCIM (clients; the default), ADMIN (administrators and auditors) or ALL; all if one of the next five is given, or a method that no client has',
    EVENT_TYPES,
    '; what the service tells of itself is --method NOTICE',
  ),
  integration: optional(
    'NAME',
    'only this integration, IAM for administrators; !NAME leaves it out, also below',
    textOf('integration'),
  ),
  actor: optional('ROLE|ARN', 'only this role, or this AWS principal', textOf('actor')),
  token: optional('TOKEN_ID', 'only requests with this token', textOf('token')),
  address: optional('CIDR', 'only callers from this address or block', textOf('address')),
  resource: optional('ID|NAME', 'only this user, role, integration or token', textOf('resource')),
  reads: toggle('with --resource: also what only read it, looked for among all events of the range'),
  text: optional('WORDS', 'only what shows each of these words, in any field and letter case', textOf('text')),
  method: {
    ...optional('METHOD', `only ${EVENT_METHODS.join(', ')}, or several`, textOf('method')),
    choices: EVENT_METHODS,
  },
  status: optional('STATUS', 'only SUCCESS, FAILURE, a status such as 409, or a class such as 4xx', textOf('status')),
  outcome: optional('OUTCOME', `only ${OUTCOMES.join(', ')}, or several: changed,failed`, textOf('outcome')),
  kind: optional('KIND', `only what is about ${EVENT_KINDS.join(', ')}, or several`, textOf('kind')),
  request: optional('REQUEST_ID', 'only the events of one request, all those of a Bulk', textOf('request')),
  took: optional('TIME', 'only what took longer or less than a time: ">500ms", "<2s"', textOf('took')),
} satisfies Record<string, Flag>

const FLAGS = {
  ...RANGE_FLAGS,
  limit: optional('N', `the N most recent, 1 to ${MAX_LIMIT} (default ${DEFAULT_LIMIT})`, wholeNumber(1, MAX_LIMIT)),
  all: toggle('all of the range, however many, shown as they arrive'),
  follow: toggle('then go on with what comes, each event once, until Ctrl-C; json is one object a line'),
  order: choice('ORDER', 'asc, the oldest first (the default), or desc, the newest first', EVENT_ORDERS),
  sentences: toggle('what happened in words: a table of time and sentence, a column more in json and csv'),
  details: toggle('under each row of the table what it changed, before and after, and all else that is known'),
  ...FILTER_FLAGS,
}

/** `rolecall event-history`. */
export const eventHistory = command({
  words: 'event-history',
  summary: 'Show the requests of a time range, the most recent ones, oldest first',
  flags: FLAGS,
  examples: [
    'rolecall event-history --last 5m --limit 200',
    'rolecall event-history --last 1d --status FAILURE --integration OKTA_PROVISIONING --details',
    'rolecall event-history --last 30d --type ADMIN',
    'rolecall event-history --from 2026-08-01 --to 2026-08-31 --all --output csv > august.csv',
    'rolecall event-history --last 5m --follow --sentences',
  ],
  check: ({ last, from, to, limit, all, follow, order, reads, resource, sentences, details }) => {
    const pairs: [string, unknown, string, unknown][] = [
      ['--from', from, '--last', last],
      ['--all', all || undefined, '--limit', limit],
      ['--follow', follow || undefined, '--to', to],
      ['--order desc', order === 'desc' || undefined, '--all', all || undefined],
      ['--order desc', order === 'desc' || undefined, '--follow', follow || undefined],
      ['--sentences', sentences || undefined, '--details', details || undefined],
    ]
    const found = pairs.find(([, one, , other]) => one !== undefined && other !== undefined)
    if (found) throw contradicting(found[0], found[2])
    if (reads && resource === undefined) throw new UsageError('--reads needs --resource: name what was read')
  },
  run: async (session, { limit: wanted, all, follow, order, details, sentences, reads, ...filters }) => {
    const question = { ...filters, ...(reads && { reads: 'true' }) }
    const limit = all ? undefined : (wanted ?? DEFAULT_LIMIT)
    const view = { ...EVENT_VIEW, ...(details && { below: detailLines }), isEndless: follow }
    const rest: Rest = { unreadable: 0, leftOut: undefined }
    const rows = listRows(session, question, { limit, follow }, (part) => {
      if (follow && part.leftOut && !rest.leftOut) tellLeftOut(session, part.leftOut)
      rest.unreadable += part.unreadable
      rest.leftOut = part.leftOut
    })
    const how = { isEndless: follow, isNewestFirst: order === 'desc' }
    const count = sentences
      ? await showSentences(session, new Narrator(session), rows, how)
      : await showList(session, view, inOrder(rows, how.isNewestFirst))
    if (!follow) tellRest(session, count, limit, rest)
  },
})

/** A list that has a limit is one part. */
async function* inOrder(parts: AsyncIterable<EventRow[]>, isNewestFirst: boolean): AsyncGenerator<EventRow[]> {
  for await (const rows of parts) yield isNewestFirst ? rows.toReversed() : rows
}

interface Extent {
  /** All of them without one. */
  limit: number | undefined
  follow: boolean
}

async function* listRows(
  session: Session,
  question: Question,
  extent: Extent,
  onPart: (part: EventPart) => void,
): AsyncGenerator<EventRow[]> {
  if (!extent.follow) {
    for await (const part of listParts(session, question, extent.limit)) {
      onPart(part)
      yield part.rows
    }
    return
  }
  const signal = session.terminal.untilInterrupted()
  try {
    yield* listAndFollow(session, question, extent, onPart, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** The events of the range, then those that come, each once. */
async function* listAndFollow(
  session: Session,
  question: Question,
  extent: Extent,
  onPart: (part: EventPart) => void,
  signal: AbortSignal,
): AsyncGenerator<EventRow[]> {
  const isNew = onceEach()
  let after: string | undefined
  for await (const part of listParts(session, question, extent.limit, signal)) {
    onPart(part)
    after = part.follow
    yield part.rows.filter(isNew)
  }
  if (after) yield* followEvents(session.api, session.terminal, question, { after, isNew }, signal)
}
