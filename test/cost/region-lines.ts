import { BESIDE, MONTH_MINUTES } from './assumptions.ts'
import { EVENTS, USER } from './bytes.ts'
import { type Line, line, totalOf } from './line.ts'
import { STACK } from './settings.ts'
import {
  backgroundLines,
  digestLines,
  frontLines,
  keyLines,
  logLines,
  metricLines,
  outletLines,
  storageLines,
} from './standing-lines.ts'
import type { Calls } from './traffic.ts'
import { countOf, type Given, gb } from './usage.ts'

/** What is written is written in a second region once more, and each change asks whether its region may make it. */
export function replicationLines({ settings }: Given, calls: readonly Calls[], written: readonly Line[]): Line[] {
  if (settings.regions === 1) return []
  const changes = countOf(calls.filter(({ route }) => !route.startsWith('GET ')))
  const bytes = countOf(calls) * EVENTS.change.table + changes * USER.table
  return [
    {
      ...line('second region, written again', 'writeUnits', 0),
      dollars: totalOf(written.filter(({ what }) => what === 'write units')),
    },
    line('second region, the fence', 'writeUnits', changes * BESIDE.gateWriteUnits),
    line('second region, on its way there', 'regionGb', gb(bytes)),
  ]
}

/** The stack that stands in a second region, as one that nobody asks: all that is in the table is there too. */
export function secondRegionLines(given: Given, calls: readonly Calls[]): Line[] {
  const { size, settings } = given
  if (settings.regions === 1) return []
  const nobody = { requestsPerDay: 0, questionsPerDay: 0, consoleHoursPerDay: 0, followers: 0 }
  const idle = { ...given, size: { ...size, ...nobody } }
  const stands = [
    // The nightly check looks in the primary region alone.
    ...backgroundLines({ ...idle, size: { ...idle.size, users: 0 } }),
    ...storageLines(given, calls),
    ...digestLines(given, calls),
    ...outletLines(idle, []),
    ...metricLines(idle, []),
    ...logLines(idle, 0),
    ...keyLines(settings),
    ...frontLines({ ...settings, domain: false }, 0),
    // Of both regions, each minute: a sign of life, which comes to the other, and a metric; and whether it arrives.
    line('', 'writeUnits', 2 * 2 * MONTH_MINUTES),
    line('', 'metrics', 2),
    line('', 'alarms', 2 * STACK.replicationAlarmMetrics),
    ...(settings.domain ? [line('', 'healthChecks', 1), line('', 'alarms', STACK.promotedAlarmMetrics)] : []),
  ]
  return stands.map((one) => ({ ...one, what: 'second region, what stands there' }))
}
