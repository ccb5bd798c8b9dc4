import { INVARIANTS } from '../../shared/store/invariants/violation.ts'
import { AWS, BESIDE, HABITS, MONTH_DAYS, MONTH_HOURS, MONTH_MINUTES, MONTH_SECONDS } from './assumptions.ts'
import { LOGGED, MEMBERSHIP, USER } from './bytes.ts'
import { type Line, line } from './line.ts'
import { invocationLines } from './request-lines.ts'
import { type Settings, STACK } from './settings.ts'
import { type Calls, monthOf } from './traffic.ts'
import { countOf, type Given, gb, missesOf, questionsOf, sumOf, waitsOf, withOneIn } from './usage.ts'

/** What runs without anybody asking: the look for lost doorbells, the watch, the nightly check, the worker's queue. */
export function backgroundLines({ size, settings }: Given): Line[] {
  const { check } = BESIDE
  const nightly = size.users * MONTH_DAYS
  return [
    ...invocationLines('schedules', MONTH_MINUTES + MONTH_HOURS, 2, settings),
    ...invocationLines('nightly check', check.runs, (nightly * check.roundTrips) / check.runs, settings),
    line('nightly check', 'readUnits', nightly * check.readUnits),
    line(
      'read units',
      'readUnits',
      MONTH_MINUTES * BESIDE.doorbellReadUnits + BESIDE.watchReadUnits * size.integrations,
    ),
    line("the worker's queue, asked while idle", 'queueRequests', MONTH_MINUTES * AWS.queuePollsPerMinute),
  ]
}

/** A digest of each hour, for one account; they are kept for good, a year of them is counted. */
export function digestLines({ settings }: Given, calls: readonly Calls[]): Line[] {
  if (!settings.auditDigests) return []
  const { roundTrips, readUnits, perKb, objectWrites, objectReads, bytesOfEvent } = BESIDE.digest
  const kb = sumOf(calls, ({ event, count }) => (event.table * count) / 1024)
  return [
    ...invocationLines('digests', MONTH_HOURS, roundTrips, settings),
    line('digests', 'readUnits', MONTH_HOURS * readUnits + kb * perKb),
    line('digests', 'objectWrites', MONTH_HOURS * objectWrites),
    line('digests', 'objectReads', MONTH_HOURS * objectReads),
    line('digests', 'objectGb', 12 * gb(countOf(calls) * bytesOfEvent)),
  ]
}

/** What the reader of the stream hands on, where it is switched on; the archive as it is once it forgets, and as if nothing of it were moved to a cheaper class. */
export function outletLines({ settings }: Given, calls: readonly Calls[]): Line[] {
  const { countedBytes, bytes, objectMinutes } = BESIDE.archived
  const [events, changes] = [countOf(calls), countOf(calls.filter(({ route }) => !route.startsWith('GET ')))]
  const objects = withOneIn(MONTH_MINUTES / objectMinutes, events)
  const kept = settings.archiveRetentionDays / MONTH_DAYS
  const archive = [
    ...(['streamGb', 'convertedGb', 'partitionedGb'] as const).map((price) =>
      line('the archive', price, gb(events * countedBytes)),
    ),
    line('the archive', 'partitionedObjects', objects),
    line('the archive', 'objectWrites', objects),
    line('the archive', 'objectGb', kept * gb(events * bytes)),
    line('alarms', 'alarms', STACK.archiveAlarmMetrics),
  ]
  const bus = [line('change events', 'busEvents', changes)]
  return [...(settings.archive ? archive : []), ...(settings.changeEvents ? bus : [])]
}

/** What is kept: users and memberships, and events for their time. */
export function storageLines({ size, settings }: Given, calls: readonly Calls[]): Line[] {
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
    line('point-in-time recovery', 'recoveryGb', objects.table + events.table),
  ]
}

/** A metric is paid for in the hours in which it is sent. */
export function metricLines({ size, settings }: Given, calls: readonly Calls[]): Line[] {
  const waits = waitsOf(size)
  const byRoute = new Map([
    ['GET /events', questionsOf(size) + waits.console],
    ['GET /changes', waits.follower],
  ])
  for (const { route, count } of calls) byRoute.set(route, (byRoute.get(route) ?? 0) + count)
  const busy = (count: number) => withOneIn(MONTH_HOURS, count) / MONTH_HOURS
  const methods = sumOf([...byRoute.values()], busy)
  return [
    ...(settings.methodMetrics ? [line('metrics of each method', 'metrics', methods * AWS.metricsOfMethod)] : []),
    ...ownMetricLines({ size, settings }, busy),
    line('alarms', 'alarms', STACK.alarmMetrics),
    ...(settings.alarmsTold ? [line('alarms', 'compositeAlarms', STACK.compositeAlarms)] : []),
    line('dashboard', 'dashboards', STACK.dashboards),
  ]
}

/** What the functions' lines carry: requests that are well in nearly every hour, the days of a token and how schedules stand in each, those of the invariants once a night. */
function ownMetricLines({ size, settings }: Pick<Given, 'size' | 'settings'>, busy: (count: number) => number): Line[] {
  const { rare, share, always: ours, ofDigests } = AWS.ownMetrics
  const nightly = (INVARIANTS.length * MONTH_DAYS) / MONTH_HOURS
  const steady = ours + (settings.auditDigests ? ofDigests : 0) + nightly
  const requests = size.requestsPerDay * MONTH_DAYS
  const { busy: moving, always } = AWS.integrationMetrics
  const each = size.integrations * (moving * busy(requests / size.integrations) + always)
  return [
    line('metrics of the service', 'metrics', busy(requests) + steady + rare * share),
    ...(settings.metricsByIntegration ? [line('metrics of each integration', 'metrics', each)] : []),
  ]
}

/** Lines of requests, and of invocations that nobody asked for or that only the gateway did. */
export function logLines({ size, settings }: Given, requests: number): Line[] {
  const quiet = missesOf(size, settings, countOf(monthOf(size))) + MONTH_MINUTES + MONTH_HOURS
  const taken = gb(requests * LOGGED.request + quiet * LOGGED.invocation + MONTH_MINUTES * LOGGED.minute)
  return [
    line('log lines, taken in', 'logGb', taken),
    line('log lines, kept', 'keptLogGb', (taken * settings.logRetentionDays) / MONTH_DAYS),
  ]
}

/** Requests and schedules, as evenly spread as can be: the more come in one second, the fewer of them are traced. */
export function traceLines({ tracing }: Settings, requests: number): Line[] {
  const roots = requests + MONTH_MINUTES + MONTH_HOURS
  const first = withOneIn(MONTH_SECONDS, roots)
  return tracing ? [line('traces', 'traces', first + AWS.tracedOfOthers * (roots - first))] : []
}

/** The key of the table's data: AWS's own costs by the call. */
export function keyLines({ customerKey }: Settings): Line[] {
  const calls = MONTH_HOURS * AWS.keyCallsPerHour * STACK.functions
  return [line("calls for the table's key", 'keyCalls', calls), ...(customerKey ? [line('the key', 'keys', 1)] : [])]
}

/** What stands before the API, where it is switched on. */
export function frontLines({ firewall, allowedRangeKinds, domain }: Settings, requests: number): Line[] {
  const rules = [
    line('web ACL', 'firewalls', 1),
    line('web ACL', 'firewallRules', STACK.firewallRules + allowedRangeKinds),
    line('web ACL', 'firewallRequests', requests),
    line('alarms', 'alarms', STACK.firewallAlarmMetrics),
  ]
  return [...(firewall ? rules : []), ...(domain ? [line('hosted zone', 'zones', 1)] : [])]
}
