import * as z from 'zod/mini'
import { BLOCK_RULE, isBlock } from '../auth/network-policy.ts'
import { CLOCK_SKEW_MS, DAY_MS, parseSpan, SPAN_RULE } from '../auth/span.ts'
import { isTokenId } from '../auth/token.ts'
import { parseDateTime } from '../scim/date-time.ts'
import { invalidValue } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { isResourceId } from '../scim/resource-id.ts'
import { type Choice, choiceOf } from './choice.ts'
import { EVENT_KINDS, EVENT_METHODS, type EventKind, OPERATOR_METHODS } from './event-kind.ts'
import { type EventOutcome, OUTCOMES } from './outcome.ts'
import { keptSince } from './retention.ts'

/** An auditor's question, read and checked. */
export interface EventQuery {
  /** The first and last instant asked for, both included. */
  from: Date
  to: Date
  /** When more match, the most recent are kept. */
  limit: number
  /** Requests of clients, of administrators and auditors, or both. */
  type: (typeof EVENT_TYPES)[number]
  integration?: Choice<string>
  method?: Choice<string>
  /** The role a token acts for, or the ARN of an IAM principal, in any letter case. */
  actor?: Choice<string>
  /** The id of the token that was used. */
  token?: string
  /** The caller's address, or a block that it is in. */
  address?: Choice<string>
  /** Words that an event must show, each of them, in any field and letter case. */
  text?: string
  /** The lowest and the highest HTTP status asked for. */
  status?: Choice<readonly [number, number]>
  /** What became of it. */
  outcome?: Choice<EventOutcome>
  /** What it is about. */
  kind?: Choice<EventKind>
  /** The id of a request: all events of one Bulk have it. */
  request?: string
  /** How long it took at least, or at most. */
  took?: Took
  /** A resource's id, in small letters, or its name in any letter case. */
  resource?: string
  /** Only what changed the resource. */
  changesOnly?: boolean
  /** Also what its own index does not hold: looked for among all events of the range. */
  reads?: boolean
  /** Whether nothing is an answer even where the account, integration or actor asked for is not there. */
  allowEmpty?: boolean
  /** Only events before this place: where an answer goes on that had to end early. */
  before?: string
  /** In which order the answer has them; the oldest first unless it says otherwise. */
  order?: (typeof EVENT_ORDERS)[number]
  /** What comes behind this place, in place of a range: a cursor of an earlier answer, the place of a row, an instant. */
  after?: string
  /** Seconds to wait for it where there is nothing yet. */
  wait?: number
  /** What it is asked for. */
  purpose?: (typeof PURPOSES)[number]
}

/** More, or less, than so many milliseconds. */
export interface Took {
  is: '>' | '<'
  ms: number
}

/** How many events are shown unless another number is asked for. */
export const DEFAULT_LIMIT = 100
/** The most events of one answer. */
export const MAX_LIMIT = 10_000
/** Whose requests events are. */
export const EVENT_TYPES = ['SCIM', 'ADMIN', 'ALL'] as const
/** Oldest first, newest first. */
export const EVENT_ORDERS = ['asc', 'desc'] as const
/** What is answered when no range is asked for, as Snowflake does; less where events are kept for less. */
const DEFAULT_RANGE_DAYS = 7

/** Seconds that may be asked for to wait; how long it takes at most is up to the function's time. */
export const MAX_WAIT_SECONDS = 20
/** What a question may say that it is for: its own event tells it; whoever follows is told once an hour. */
export const PURPOSES = ['follow', 'export', 'console', 'drift'] as const

const STATUS = { SUCCESS: [100, 399], FAILURE: [400, 599] } as const

const asItIs = (name: string) => [name, name] as const

/** Our names beside Snowflake's arguments; letter case and underscores do not count: TIME_RANGE_START, timeRangeStart. */
const NAMES = new Map([
  ...['from', 'to', 'last', 'limit', 'integration', 'type', 'method', 'status', 'resource'].map(asItIs),
  ...['actor', 'token', 'address', 'text', 'account', 'before', 'reads', 'purpose'].map(asItIs),
  ...['outcome', 'kind', 'request', 'took', 'order', 'after', 'wait'].map(asItIs),
  ['allowempty', 'allowEmpty'],
  ['timerangestart', 'from'],
  ['timerangeend', 'to'],
  ['resultlimit', 'limit'],
  ['restservicetype', 'service'],
  ['changesonly', 'changesOnly'],
])

/** What `given` lets through, as `parse` makes something of it; what it makes nothing of is refused. */
function read<Input, Output>(
  given: z.ZodMiniType<Input>,
  expected: string,
  parse: (input: Input) => Output | undefined,
) {
  const parsed = z.transform((input: Input, { issues }): Output => {
    const output = parse(input)
    if (output !== undefined) return output
    issues.push({ code: 'custom', input, message: expected })
    return z.NEVER
  })
  return z.pipe(given, parsed)
}

const AN_INSTANT = 'expected an instant such as 2026-08-31T10:00:00Z, or seconds or milliseconds since 1970'
const instant = read(z.union([z.string(), z.number()], AN_INSTANT), AN_INSTANT, (value) =>
  parseTime(String(value).trim()),
)

const A_TOKEN_ID = 'expected the 22 letters and digits of a token id, no whole token'
const A_RANGE = `${SPAN_RULE}, or "all" that is kept`
const last = read(z.string(A_RANGE), A_RANGE, (text) =>
  /^all$/i.test(text) ? Number.POSITIVE_INFINITY : parseSpan(text),
)

const wholeNumber = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`
  return read(z.union([z.number(), z.string()], expected), expected, (value) => {
    const count = /^\d{1,9}$/.test(String(value)) ? Number(value) : -1
    return count >= min && count <= max ? count : undefined
  })
}

const A_STATUS = 'expected SUCCESS, FAILURE, a status such as 409, or a class such as 4xx'
const status = read(z.union([z.string(), z.number()], A_STATUS), A_STATUS, parseStatus)

function parseStatus(value: string | number): readonly [number, number] | undefined {
  const text = String(value).toUpperCase()
  if (text === 'SUCCESS' || text === 'FAILURE') return STATUS[text]
  if (/^[1-5]\d\d$/.test(text)) return [Number(text), Number(text)]
  return /^[1-5]XX$/.test(text) ? [Number(text[0]) * 100, Number(text[0]) * 100 + 99] : undefined
}

const text = (expected: string, max: number) =>
  z.string(expected).check(z.minLength(1, expected), z.maxLength(max, expected))
const upperCase = text('expected a name of at most 256 characters', 256).check(z.toUpperCase())
const oneOf = <const Values extends readonly string[]>(values: Values) => {
  const expected = `expected one of ${values.join(', ')}`
  const asListed = (word: string) => values.find((value) => value.toLowerCase() === word.toLowerCase()) ?? word
  return z.pipe(z.pipe(z.string(expected), z.transform(asListed)), z.enum(values, expected))
}

const A_TIME_TAKEN = 'expected more or less than a time, such as >500ms or <2s'
const took = read(z.string(A_TIME_TAKEN), A_TIME_TAKEN, (value): Took | undefined => {
  const [, is, amount, unit] = /^([<>]) ?(\d{1,9}) ?(ms|s)$/.exec(value) ?? []
  return is === '>' || is === '<' ? { is, ms: Number(amount) * (unit === 's' ? 1000 : 1) } : undefined
})

/** What each parameter may be; the CLI reads its options by the same rules. */
export const EVENT_PARAMETERS = {
  from: instant,
  to: instant,
  last,
  limit: wholeNumber(1, MAX_LIMIT),
  type: oneOf(EVENT_TYPES),
  integration: choiceOf(upperCase),
  method: choiceOf(oneOf(EVENT_METHODS)),
  status: choiceOf(status),
  outcome: choiceOf(oneOf(OUTCOMES)),
  kind: choiceOf(oneOf(EVENT_KINDS)),
  took,
  request: text('expected the id of a request', 128),
  order: oneOf(EVENT_ORDERS),
  resource: z.pipe(
    text('expected an id or a name', 1000),
    z.transform((asked) => (isResourceId(asked) ? asked.toLowerCase() : asked)),
  ),
  actor: choiceOf(text('expected a role or an ARN', 2048), { isAlone: true }),
  token: z.string(A_TOKEN_ID).check(z.refine(isTokenId, A_TOKEN_ID)),
  address: choiceOf(z.string(BLOCK_RULE).check(z.refine(isBlock, BLOCK_RULE))),
  text: text('expected words of at most 256 characters', 256).check(
    z.refine((words) => words.trim() !== '', 'expected words'),
  ),
}

const truth = z.pipe(
  z.union([z.boolean(), z.enum(['true', 'false'])], 'expected "true" or "false"'),
  z.transform((value) => String(value) === 'true'),
)

/** Characters of a cursor: it goes into a URL. */
const MAX_CURSOR = 8000
const A_PLACE = 'expected the value of "next" of an earlier answer'
const ONLY_SCIM = 'expected "scim", the only service there is'
const input = z.object({
  ...z.partial(z.object(EVENT_PARAMETERS)).shape,
  before: z.optional(z.string(A_PLACE).check(z.regex(/^\d{4}-\d\d-\d\dT[\w:.#-]{1,100}$/, A_PLACE))),
  after: z.optional(text('expected a cursor of an earlier answer, the place of a row, or an instant', MAX_CURSOR)),
  wait: z.optional(wholeNumber(0, MAX_WAIT_SECONDS)),
  changesOnly: z.optional(truth),
  reads: z.optional(truth),
  allowEmpty: z.optional(truth),
  purpose: z.optional(z.enum(PURPOSES, `expected one of ${PURPOSES.join(', ')}`)),
  service: z.optional(z.string(ONLY_SCIM).check(z.regex(/^scim$/i, ONLY_SCIM))),
})

/**
 * Reads the question of a query string or of a Lambda payload; values may be text or numbers. `account` is the
 * caller's to read.
 * @throws {ScimError} 400 invalidValue naming the parameter and what it may be, or the retention.
 */
export function parseEventQuery(source: object, now: Date, retentionDays: number): EventQuery {
  const parsed = input.safeParse(withOurNames(source))
  if (!parsed.success) throw toRefusal(parsed.error, source)
  const { from, to, last: span, service: _, limit: max = DEFAULT_LIMIT, ...named } = parsed.data
  const filters = withoutUndefined(named)
  if (from !== undefined && span !== undefined) {
    throw invalidValue('Cannot use "from" and "last" together: give the start of the range once')
  }
  checkTogether(filters, { from, to, last: span })
  const range = parseRange(from, to, span, now.getTime(), retentionDays)
  return { ...range, limit: max, type: defaultType(filters), ...filters }
}

/** Refuses parameters that need another, and those that go on behind a place beside those of a range. */
function checkTogether(filters: Partial<EventQuery>, range: Record<'from' | 'to' | 'last', unknown>): void {
  for (const name of ['changesOnly', 'reads'] as const) {
    if (!filters[name] || filters.resource !== undefined) continue
    throw invalidValue(`Cannot use "${name}" alone: name the resource by its id in "resource"`)
  }
  const { after, wait, before, order, reads } = filters
  if (after === undefined && wait !== undefined) {
    throw invalidValue('Cannot use "wait" alone: name in "after" behind what to wait')
  }
  const others = Object.entries({ ...range, before, order: order === 'desc' ? order : undefined, reads })
  const [other] = after === undefined ? [] : others.filter(([, value]) => value !== undefined)
  if (other)
    throw invalidValue(`Cannot use "after" and "${other[0]}" together: behind a place all is told, oldest first`)
}

/** What no request of a client can be. */
const UNASKED = ['NOTICE', ...OPERATOR_METHODS] as const

/**
 * As Snowflake's history: clients' requests; whoever names one caller, object or request wants all there is of it, and what
 * the service tells of itself comes from no client.
 */
function defaultType(filters: Partial<EventQuery>): EventQuery['type'] {
  const { resource, token, request, integration, actor, address, kind, method } = filters
  if (UNASKED.some((one) => method?.any.includes(one))) return 'ALL'
  const isNamed = [integration, actor, address, kind].some((choice) => choice !== undefined && choice.any.length > 0)
  return isNamed || [resource, token, request].some((name) => name !== undefined) ? 'ALL' : 'SCIM'
}

function withOurNames(source: object): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(source)) {
    if (value === undefined || value === null) continue
    const known = NAMES.get(name.toLowerCase().replaceAll('_', ''))
    if (!known) throw invalidValue(`Cannot use parameter ${quote(name)}: there is ${[...NAMES.keys()].join(', ')}`)
    if (known in result) throw invalidValue(`Cannot use parameter "${known}" twice, as ${quote(name)} too`)
    result[known] = value
  }
  return result
}

function toRefusal(error: z.core.$ZodError, source: object) {
  const [issue] = error.issues
  const name = String(issue?.path[0])
  const given = Object.entries(source).find(([key]) => NAMES.get(key.toLowerCase().replaceAll('_', '')) === name)
  return invalidValue(`Cannot read ${name} ${quote(given?.[1])}: ${issue?.message}`)
}

/** The first and the last millisecond of what was named: an instant, or a day. */
interface Time {
  first: number
  last: number
}

/** Zone-less instants are UTC; a space for the T and a bare date are what people and SQL write. */
function parseTime(text: string): Time | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    const first = parseDateTime(`${text}T00:00:00Z`)
    return first === undefined ? undefined : { first, last: first + DAY_MS - 1 }
  }
  const at = parseInstant(text)
  return at === undefined ? undefined : { first: at, last: at }
}

function parseInstant(text: string): number | undefined {
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1000
  if (/^\d{12,13}$/.test(text)) return Number(text)
  return parseDateTime(text.replace(/^(\S+) (\d)/, '$1T$2'))
}

function parseRange(
  from: Time | undefined,
  to: Time | undefined,
  span: number | undefined,
  now: number,
  retentionDays: number,
): { from: Date; to: Date } {
  const end = to === undefined ? now : endOf(to, now)
  const days = Math.min(DEFAULT_RANGE_DAYS, retentionDays)
  const oldest = keptSince(now, retentionDays)
  const earliest = span === undefined || span === Number.POSITIVE_INFINITY ? oldest : Number.NEGATIVE_INFINITY
  const start = from?.first ?? Math.max(end - (span ?? days * DAY_MS), earliest)
  checkRange(start, end, now, retentionDays)
  return { from: new Date(Math.ceil(start)), to: new Date(Math.floor(end)) }
}

/** The last ms of what was named; a day that is not over yet ends now. */
export const endOf = ({ first, last }: Time, now: number): number => (first > now ? first : Math.min(last, now))

function checkRange(start: number, end: number, now: number, retentionDays: number): void {
  const oldest = keptSince(now, retentionDays)
  const outside = (at: number) => at < oldest - CLOCK_SKEW_MS
  if (outside(start) || outside(end)) {
    throw invalidValue(
      `Cannot show events from ${show(outside(start) ? start : end)}: events are kept ${retentionDays} days, here since ${show(oldest)}`,
    )
  }
  const future = [start, end].find((at) => at > now + CLOCK_SKEW_MS)
  if (future !== undefined) {
    throw invalidValue(`Cannot show events of ${show(future)}: it is in the future, now is ${show(now)}`)
  }
  if (start > end) throw invalidValue(`Cannot show events from ${show(start)} to ${show(end)}: the range ends first`)
}

/** Instants before the year 0 and after 9999 have no ISO form worth quoting. */
function show(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? 'that time' : date.toISOString()
}

type Defined<T> = { [Name in keyof T]: Exclude<T[Name], undefined> }

const withoutUndefined = <T extends object>(record: T) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<T>
