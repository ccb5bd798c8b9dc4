import { parseEventQuery } from '../audit/event-query.ts'
import type { EventOutcome } from '../audit/outcome.ts'
import { DAY_MS, parseSpan, SPAN_RULE } from '../auth/span.ts'
import { requireKnownNames } from '../resources/known-names.ts'
import { invalidValue } from '../scim/error.ts'
import { quote } from '../scim/quote.ts'
import { countEvents } from '../store/events/counts.ts'
import { tellOnce } from './event-follow.ts'
import type { AskContext } from './event-list.ts'

/** The answer to `GET /events/counts`. */
export interface CountsAnswer {
  /** The range asked for, as it was read. */
  from: string
  to: string
  stepSeconds: number
  /** Requests of each step by outcome, the oldest first; steps without one are left out. */
  buckets: (Record<EventOutcome, number> & { at: string })[]
  /** Where not all of the range could be counted: all from this instant on was. */
  partial?: { from: string }
}

/** The most steps of one answer. */
const MAX_BUCKETS = 400
/** Steps that a chart has, and how many of them one has at most that does not say its own. */
const STEPS = ['10s', '30s', '1m', '5m', '15m', '1h', '6h', '1d'] as const
const BARS = 120
/** What says which page of a list, and has no meaning where events are counted. */
const OF_LISTS = ['limit', 'before', 'order', 'after', 'wait', 'resultlimit']

/**
 * How many requests of a range there were, by outcome and time, with the filters in force: counted when it is asked.
 * @throws {ScimError} 400 invalidValue when the question cannot be read, or the steps are too many; 404 as for a list.
 */
export async function answerCounts(source: object, context: AskContext): Promise<CountsAnswer> {
  const { db, account, now } = context
  const { step, ...question } = withoutListing(source)
  const query = parseEventQuery(question, now, db.eventRetentionDays)
  const { from, to } = query
  const stepMs = step === undefined ? stepFor(from, to) : parseStep(step, from, to)
  const { buckets, countedFrom } = await countEvents(db, account, query, stepMs, now)
  if (buckets.length === 0 && countedFrom === undefined && !query.allowEmpty) {
    await requireKnownNames({ db, account }, query, now)
  }
  if (query.purpose === 'follow') tellOnce(question, query, context)
  return {
    ...{ from: from.toISOString(), to: to.toISOString(), stepSeconds: stepMs / 1000 },
    buckets: buckets.map(({ at, ...outcomes }) => ({ at: new Date(at).toISOString(), ...outcomes })),
    ...(countedFrom !== undefined && { partial: { from: new Date(countedFrom).toISOString() } }),
  }
}

function withoutListing(source: object): Record<string, unknown> {
  const given = Object.entries(source).map(([name, value]) => [name, name.toLowerCase().replaceAll('_', ''), value])
  const [refused] = given.find(([, name]) => OF_LISTS.includes(String(name))) ?? []
  if (refused !== undefined)
    throw invalidValue(`Cannot use parameter ${quote(refused)} to count: all of the range is counted`)
  return Object.fromEntries(given.map(([name, plain, value]) => [plain === 'step' ? 'step' : name, value]))
}

const bucketsOf = (from: Date, to: Date, stepMs: number): number =>
  Math.floor(to.getTime() / stepMs) - Math.floor(from.getTime() / stepMs) + 1

/** The shortest step with so few bars that each can be told from its neighbours. */
function stepFor(from: Date, to: Date): number {
  const steps = STEPS.map((step) => parseSpan(step) ?? DAY_MS)
  return steps.find((stepMs) => (to.getTime() - from.getTime()) / stepMs <= BARS) ?? DAY_MS
}

function parseStep(step: unknown, from: Date, to: Date): number {
  const stepMs = parseSpan(String(step))
  if (stepMs === undefined) throw invalidValue(`Cannot read step ${quote(step)}: ${SPAN_RULE}`)
  const count = bucketsOf(from, to, stepMs)
  if (count <= MAX_BUCKETS) return stepMs
  const enough = STEPS.find((one) => bucketsOf(from, to, parseSpan(one) ?? DAY_MS) <= MAX_BUCKETS) ?? '1d'
  throw invalidValue(
    `Cannot count in steps of ${step}: the range has ${count} of them, one answer at most ${MAX_BUCKETS}; ask for step=${enough} or longer`,
  )
}
