import * as z from 'zod'
import { parseDateTime } from '../scim/date-time.ts'
import { invalidValue } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'

/** An auditor's question, read and checked. */
export interface EventQuery {
  /** The first and last instant asked for, both included. */
  from: Date
  to: Date
  /** When more match, the most recent are kept. */
  limit: number
  /** Requests of clients, of administrators and auditors, or both. */
  type: 'SCIM' | 'ADMIN' | 'ALL'
  integration?: string
  method?: string
  /** The lowest and the highest HTTP status asked for. */
  status?: readonly [number, number]
  /** A resource's id, or its name in any letter case. */
  resource?: string
  /** Only what changed the resource, found by its id at the cost of those events alone. */
  changesOnly?: boolean
  /** Only events before this place: where an answer that was too large for one Lambda goes on. */
  before?: string
}

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 10_000
/** What is answered when no range is asked for, as Snowflake does; less where events are kept for less. */
const DEFAULT_RANGE_DAYS = 7
const DAY_MS = 86_400_000
/** How far a caller's clock may be off before a range counts as outside the retention or in the future. */
const CLOCK_SKEW_MS = 60_000

const MS = { s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS } as const
const STATUS = { SUCCESS: [100, 399], FAILURE: [400, 599] } as const

/** Our names beside Snowflake's arguments; letter case and underscores do not count: TIME_RANGE_START, timeRangeStart. */
const NAMES = new Map([
  ...['from', 'to', 'last', 'limit', 'integration', 'type', 'method', 'status', 'resource', 'account', 'before'].map(
    (name) => [name, name] as const,
  ),
  ['timerangestart', 'from'],
  ['timerangeend', 'to'],
  ['resultlimit', 'limit'],
  ['restservicetype', 'service'],
  ['changesonly', 'changesOnly'],
])

const AN_INSTANT = 'an instant such as 2026-08-31T10:00:00Z, or seconds or milliseconds since 1970'
const instant = z.union([z.string(), z.number()], AN_INSTANT).transform((value, context) => {
  const at = parseInstant(value)
  if (at !== undefined) return at
  context.addIssue(AN_INSTANT)
  return z.NEVER
})

const A_SPAN = 'a number and s, m, h or d, such as 5m'
const last = z.string(A_SPAN).transform((text, context) => {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const ms = Number(amount) * (MS[unit as keyof typeof MS] ?? Number.NaN)
  if (ms > 0) return ms
  context.addIssue(A_SPAN)
  return z.NEVER
})

const A_LIMIT = `a whole number from 1 to ${MAX_LIMIT}`
const limit = z.union([z.number(), z.string()], A_LIMIT).transform((value, context) => {
  const count = /^\d{1,9}$/.test(String(value)) ? Number(value) : 0
  if (count >= 1 && count <= MAX_LIMIT) return count
  context.addIssue(A_LIMIT)
  return z.NEVER
})

const A_STATUS = 'SUCCESS, FAILURE, a status such as 409, or a class such as 4xx'
const status = z.union([z.string(), z.number()], A_STATUS).transform((value, context): readonly [number, number] => {
  const text = String(value).toUpperCase()
  if (text === 'SUCCESS' || text === 'FAILURE') return STATUS[text]
  if (/^[1-5]\d\d$/.test(text)) return [Number(text), Number(text)]
  if (/^[1-5]XX$/.test(text)) return [Number(text[0]) * 100, Number(text[0]) * 100 + 99]
  context.addIssue(A_STATUS)
  return z.NEVER
})

const upperCase = z.string('a name').min(1, 'a name').max(256, 'a name of at most 256 characters').toUpperCase()
const input = z.object({
  from: instant.optional(),
  to: instant.optional(),
  last: last.optional(),
  limit: limit.default(DEFAULT_LIMIT),
  type: upperCase.pipe(z.enum(['SCIM', 'ADMIN', 'ALL'], 'SCIM, ADMIN or ALL')).optional(),
  integration: upperCase.optional(),
  method: upperCase.optional(),
  status: status.optional(),
  resource: z.string('an id or a name').min(1, 'an id or a name').max(1000, 'an id or a name').optional(),
  before: z
    .string('the value of "next" of an earlier answer')
    .regex(/^\d{4}-\d\d-\d\dT[\w:.#-]{1,100}$/, 'the value of "next" of an earlier answer')
    .optional(),
  changesOnly: z
    .union([z.boolean(), z.enum(['true', 'false'])], '"true" or "false"')
    .transform((value) => String(value) === 'true')
    .optional(),
  service: z
    .string()
    .regex(/^scim$/i, '"scim", the only service there is')
    .optional(),
})

/**
 * Reads the question of a query string or of a Lambda payload; values may be text or numbers. `account` is the
 * caller's to read.
 * @throws {ScimError} 400 invalidValue naming the parameter and what it may be, or the retention.
 */
export function parseEventQuery(source: object, now: Date, retentionDays: number): EventQuery {
  const parsed = input.safeParse(withOurNames(source))
  if (!parsed.success) throw toRefusal(parsed.error, source)
  const { from, to, last: span, service: _, limit: max, ...named } = parsed.data
  const filters = withoutUndefined(named)
  if (from !== undefined && span !== undefined) {
    throw invalidValue('Cannot use "from" and "last" together: give the start of the range once')
  }
  if (filters.changesOnly && filters.resource === undefined) {
    throw invalidValue('Cannot use "changesOnly" alone: name the resource by its id in "resource"')
  }
  const range = parseRange(from, to, span, now.getTime(), retentionDays)
  return { ...range, limit: max, type: defaultType(filters), ...filters }
}

/** As Snowflake's history: clients' requests; whoever names an integration or a resource wants all that befell it. */
const defaultType = ({ integration, resource }: Partial<EventQuery>): EventQuery['type'] =>
  integration === undefined && resource === undefined ? 'SCIM' : 'ALL'

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

function toRefusal(error: z.ZodError, source: object) {
  const [issue] = error.issues
  const name = String(issue?.path[0])
  const given = Object.entries(source).find(([key]) => NAMES.get(key.toLowerCase().replaceAll('_', '')) === name)
  return invalidValue(`Cannot read ${name} ${quote(given?.[1])}: expected ${issue?.message}`)
}

/** Zone-less instants are UTC; a space for the T and a bare date are what people and SQL write. */
function parseInstant(value: string | number): number | undefined {
  const text = String(value).trim()
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1000
  if (/^\d{12,13}$/.test(text)) return Number(text)
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return parseDateTime(`${text}T00:00:00Z`)
  return parseDateTime(text.replace(/^(\S+) (\d)/, '$1T$2'))
}

function parseRange(
  from: number | undefined,
  to: number | undefined,
  span: number | undefined,
  now: number,
  retentionDays: number,
): { from: Date; to: Date } {
  const end = to ?? now
  const days = Math.min(DEFAULT_RANGE_DAYS, retentionDays)
  const oldest = now - retentionDays * DAY_MS
  const start = from ?? Math.max(end - (span ?? days * DAY_MS), span === undefined ? oldest : Number.NEGATIVE_INFINITY)
  checkRange(start, end, now, retentionDays)
  return { from: new Date(Math.ceil(start)), to: new Date(Math.floor(end)) }
}

function checkRange(start: number, end: number, now: number, retentionDays: number): void {
  const outside = (at: number) => at < now - retentionDays * DAY_MS - CLOCK_SKEW_MS
  if (outside(start) || outside(end)) {
    const oldest = new Date(now - retentionDays * DAY_MS).toISOString()
    throw invalidValue(
      `Cannot show events from ${show(outside(start) ? start : end)}: events are kept ${retentionDays} days, here since ${oldest}`,
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
