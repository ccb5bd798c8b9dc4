import { LOGGED } from './bytes.ts'
import { inOneLineEach, type Line, line } from './line.ts'
import { replicationLines, secondRegionLines } from './region-lines.ts'
import { auditLines, requestLines, waitingLines } from './request-lines.ts'
import {
  backgroundLines,
  digestLines,
  frontLines,
  keyLines,
  logLines,
  metricLines,
  outletLines,
  storageLines,
  traceLines,
} from './standing-lines.ts'
import { firstSyncOf, monthOf } from './traffic.ts'
import { countOf, type Given, gb, questionsOf, waitsOf } from './usage.ts'

/** What a month costs, once events and logs have filled the time that they are kept. */
export function billOf(given: Given): Line[] {
  const { size, settings } = given
  const calls = monthOf(size)
  const requests = countOf(calls) + questionsOf(size) + waitsOf(size).all
  const asked = [...requestLines(given, calls), ...auditLines(given)]
  return inOneLineEach([
    ...asked,
    ...waitingLines(given, calls),
    ...backgroundLines(given),
    ...storageLines(given, calls),
    ...digestLines(given, calls),
    ...outletLines(given, calls),
    ...metricLines(given, calls),
    ...logLines(given, requests),
    ...traceLines(settings, requests),
    ...keyLines(settings),
    ...frontLines(settings, requests),
    ...replicationLines(given, calls, asked),
    ...secondRegionLines(given, calls),
  ])
}

/** What the first sync costs, once. */
export function firstSyncBill(given: Given): Line[] {
  const calls = firstSyncOf(given.size)
  const asked = requestLines(given, calls)
  return inOneLineEach([
    ...asked,
    ...replicationLines(given, calls, asked),
    line('log lines, taken in', 'logGb', gb(countOf(calls) * LOGGED.request)),
  ])
}
