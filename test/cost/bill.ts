import { AWS, BESIDE, HABITS, LAMBDA, MONTH_DAYS, MONTH_HOURS, MONTH_MINUTES, MONTH_SECONDS } from './assumptions.ts'
import { ANSWERS, EVENTS, LOGGED, MEMBERSHIP, USER } from './bytes.ts'
import type { Operation, Units } from './operations.ts'
import { dollarsFor, PRICES, type PriceName } from './prices.ts'
import { type Settings, type Size, STACK } from './settings.ts'
import { type Calls, firstSyncOf, monthOf } from './traffic.ts'

/** One line of a bill. */
export interface Line {
  service: string
  what: string
  dollars: number
}

export interface Given {
  size: Size
  settings: Settings
  measured: Readonly<Record<Operation, Units>>
}

const GB = 1024 ** 3
const ROWS_OF_QUESTION = 200
/** How long a question waits at a function, and how far apart its looks are. */
const WAIT_SECONDS = 10
const LOOK_SECONDS = { console: 1, follower: 2 } as const

/** What a month costs, once events and logs have filled the time that they are kept. */
export function billOf(given: Given): Line[] {
  const { size, settings } = given
  const calls = monthOf(size)
  const requests = countOf(calls) + questionsOf(size) + waitsOf(size).all
  return inOneLineEach([
    ...requestLines(given, calls),
    ...auditLines(given),
    ...waitingLines(given, calls),
    ...backgroundLines(given),
    ...storageLines(given, calls),
    ...metricLines(given, calls),
    ...logLines(given, requests),
    ...traceLines(settings, requests),
    ...keyLines(settings),
    ...frontLines(settings, requests),
  ])
}

/** What the first sync costs, once. */
export function firstSyncBill(given: Given): Line[] {
  const calls = firstSyncOf(given.size)
  return inOneLineEach([
    ...requestLines(given, calls),
    line('log lines, taken in', 'logGb', gb(countOf(calls) * LOGGED.request)),
  ])
}

export const totalOf = (lines: readonly Line[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0)

function requestLines({ size, settings, measured }: Given, calls: readonly Calls[]): Line[] {
  const requests = countOf(calls)
  const misses = missesOf(size, settings, requests)
  const unitsOf = (kind: 'readUnits' | 'writeUnits') =>
    sumOf(
      calls,
      ({ operation, isBraked, count }) => count * (measured[operation][kind] + (isBraked ? BESIDE.brake[kind] : 0)),
    )
  const noted = Math.min(requests, MONTH_MINUTES * size.integrations * BESIDE.functionsAsked)
  const reads = unitsOf('readUnits') + requests * BESIDE.endedTokensReadUnits + misses * measured.authorize.readUnits
  return [
    line('requests', 'apiRequests', requests),
    ...calls.flatMap(({ operation, count }) =>
      invocationLines('functions', count, measured[operation].roundTrips, settings),
    ),
    ...invocationLines('authorizer', misses, measured.authorize.roundTrips, settings),
    line('read units', 'readUnits', reads),
    line('write units', 'writeUnits', unitsOf('writeUnits') + noted),
    line('answers', 'transferGb', gb(sumOf(calls, ({ answerBytes, count }) => answerBytes * count))),
  ]
}

/** Pages of the event history, through the gateway. */
function auditLines({ size, settings, measured }: Given): Line[] {
  const questions = questionsOf(size)
  const { roundTrips, readUnits } = measured.historyRow
  return [
    line('requests', 'apiRequests', questions),
    ...invocationLines('functions', questions, roundTrips, settings),
    line('read units', 'readUnits', questions * ROWS_OF_QUESTION * readUnits),
    line('write units', 'writeUnits', questions * BESIDE.questionWriteUnits),
    line('answers', 'transferGb', gb(questions * ANSWERS.rows)),
  ]
}

/** Consoles and applications that wait for what is new: a function runs all the time, and looks. */
function waitingLines({ size, settings }: Given, calls: readonly Calls[]): Line[] {
  const seconds = waitingSeconds(size)
  const eventsPerSecond = countOf(calls) / MONTH_SECONDS
  // Half a minute of events lies on average behind the place from which a look reads.
  const readUnits = BESIDE.look.readUnits + (BESIDE.look.perKb * eventsPerSecond * 30 * EVENTS.read.table) / 1024
  const looks = seconds.console / LOOK_SECONDS.console + seconds.follower / LOOK_SECONDS.follower
  const waits = waitsOf(size).all
  return [
    line('waiting for what is new', 'apiRequests', waits),
    line('waiting for what is new', 'invocations', waits),
    line('waiting for what is new', 'gbSeconds', (seconds.console + seconds.follower) * gbOf(settings)),
    line('read units', 'readUnits', looks * readUnits),
  ]
}

/** What runs without anybody asking: the look for lost doorbells, the watch, the worker's queue. */
function backgroundLines({ size, settings }: Given): Line[] {
  return [
    ...invocationLines('schedules', MONTH_MINUTES + MONTH_HOURS, 2, settings),
    line(
      'read units',
      'readUnits',
      MONTH_MINUTES * BESIDE.doorbellReadUnits + BESIDE.watchReadUnits * size.integrations,
    ),
    line("the worker's queue, asked while idle", 'queueRequests', MONTH_MINUTES * AWS.queuePollsPerMinute),
  ]
}

function storageLines({ size, settings }: Given, calls: readonly Calls[]): Line[] {
  const memberships = size.users * HABITS.groupsOfUser
  const kept = settings.eventRetentionDays / MONTH_DAYS
  const objects = {
    table: gb(size.users * USER.table + memberships * MEMBERSHIP.table),
    index: gb(size.users * USER.index + memberships * MEMBERSHIP.index),
  }
  const events = {
    table: gb(sumOf(calls, ({ event, count }) => event.table * count * kept)),
    index: gb(sumOf(calls, ({ event, count }) => event.index * count * kept)),
  }
  return [
    line('users and memberships, stored', 'tableGb', objects.table + objects.index),
    line('events, stored', 'tableGb', events.table + events.index),
    ...(settings.recovery ? [line('point-in-time recovery', 'recoveryGb', objects.table + events.table)] : []),
  ]
}

/** A metric is paid for in the hours in which it is sent. */
function metricLines({ size, settings }: Given, calls: readonly Calls[]): Line[] {
  const waits = waitsOf(size)
  const byRoute = new Map([
    ['GET /events', questionsOf(size) + waits.console],
    ['GET /changes', waits.follower],
  ])
  for (const { route, count } of calls) byRoute.set(route, (byRoute.get(route) ?? 0) + count)
  const methods = sumOf([...byRoute.values()], (count) => withOneIn(MONTH_HOURS, count) / MONTH_HOURS)
  return [
    ...(settings.methodMetrics ? [line('metrics of each method', 'metrics', methods * AWS.metricsOfMethod)] : []),
    line('metrics of each integration', 'metrics', size.integrations * STACK.metricsOfIntegration),
    line('alarms', 'alarms', STACK.alarms),
  ]
}

function logLines({ size, settings }: Given, requests: number): Line[] {
  const quiet = missesOf(size, settings, countOf(monthOf(size))) + MONTH_MINUTES + MONTH_HOURS
  const taken = gb(requests * LOGGED.request + quiet * LOGGED.invocation)
  return [
    line('log lines, taken in', 'logGb', taken),
    line('log lines, kept', 'keptLogGb', (taken * settings.logRetentionDays) / MONTH_DAYS),
  ]
}

/** Requests and schedules, as evenly spread as can be: the more come in one second, the fewer of them are traced. */
function traceLines({ tracing }: Settings, requests: number): Line[] {
  const roots = requests + MONTH_MINUTES + MONTH_HOURS
  const first = withOneIn(MONTH_SECONDS, roots)
  return tracing ? [line('traces', 'traces', first + AWS.tracedOfOthers * (roots - first))] : []
}

function keyLines({ customerKey }: Settings): Line[] {
  const calls = MONTH_HOURS * AWS.keyCallsPerHour * STACK.functions
  return [line("calls for the table's key", 'keyCalls', calls), ...(customerKey ? [line('the key', 'keys', 1)] : [])]
}

function frontLines({ firewall, domain }: Settings, requests: number): Line[] {
  const rules = [
    line('web ACL', 'firewalls', 1),
    line('web ACL', 'firewallRules', STACK.firewallRules),
    line('web ACL', 'firewallRequests', requests),
  ]
  return [...(firewall ? rules : []), ...(domain ? [line('hosted zone', 'zones', 1)] : [])]
}

function line(what: string, price: PriceName, amount: number): Line {
  return { service: PRICES[price].service, what, dollars: dollarsFor(price, amount) }
}

function invocationLines(what: string, count: number, roundTrips: number, settings: Settings): Line[] {
  const { roundTripMs, requestCpuMs, startCpuMs, startShare, wholeProcessorMb } = LAMBDA
  const cpuMs =
    (requestCpuMs + startShare * startCpuMs) * (wholeProcessorMb / Math.min(settings.memoryMb, wholeProcessorMb))
  const seconds = (roundTrips * roundTripMs + cpuMs) / 1000
  return [line(what, 'invocations', count), line(what, 'gbSeconds', count * seconds * gbOf(settings))]
}

const gbOf = ({ memoryMb }: Settings) => memoryMb / 1024
const gb = (bytes: number) => bytes / GB
const sumOf = <T>(values: readonly T[], of: (value: T) => number) => values.reduce((sum, value) => sum + of(value), 0)
const countOf = (calls: readonly Calls[]) => sumOf(calls, ({ count }) => count)
const questionsOf = ({ questionsPerDay }: Size) => questionsPerDay * MONTH_DAYS
const waitingSeconds = ({ consoleHoursPerDay, followers }: Size) => ({
  console: consoleHoursPerDay * MONTH_DAYS * 3600,
  follower: followers * MONTH_SECONDS,
})
const waitsOf = (size: Size) => {
  const { console, follower } = waitingSeconds(size)
  const [ofConsoles, ofFollowers] = [console / WAIT_SECONDS, follower / WAIT_SECONDS]
  return { console: ofConsoles, follower: ofFollowers, all: ofConsoles + ofFollowers }
}

/** In how many of so many periods at least one of `count` falls that come by chance. */
const withOneIn = (periods: number, count: number) => periods * (1 - Math.exp(-count / periods))

/** Requests for which the gateway asks the authorizer: of each address the first in the time that it keeps the answer. */
function missesOf({ integrations }: Size, { authorizerCacheSeconds }: Settings, requests: number): number {
  if (authorizerCacheSeconds === 0) return requests
  return withOneIn((MONTH_SECONDS / authorizerCacheSeconds) * integrations * HABITS.addresses, requests)
}

/** Service by service; lines of one name become one, where the first of them stands. */
function inOneLineEach(lines: readonly Line[]): Line[] {
  const byService = [...Map.groupBy(lines, ({ service }) => service).values()]
  const byName = byService.flatMap((some) => [...Map.groupBy(some, ({ what }) => what).values()])
  return byName.flatMap(([first, ...more]) => (first ? [{ ...first, dollars: first.dollars + totalOf(more) }] : []))
}
