import { BESIDE, LAMBDA, MONTH_MINUTES, MONTH_SECONDS } from './assumptions.ts'
import { ANSWERS, EVENTS } from './bytes.ts'
import { type Line, line } from './line.ts'
import type { Settings } from './settings.ts'
import type { Calls } from './traffic.ts'
import { countOf, type Given, gb, missesOf, questionsOf, sumOf, waitingSeconds, waitsOf } from './usage.ts'

const ROWS_OF_QUESTION = 200
/** How far apart the looks of a question are that waits. */
const LOOK_SECONDS = { console: 1, follower: 2 } as const

/** Requests of identity providers: gateway, functions, authorizer, table, answers. */
export function requestLines({ size, settings, measured }: Given, calls: readonly Calls[]): Line[] {
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
export function auditLines({ size, settings, measured }: Given): Line[] {
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
export function waitingLines({ size, settings }: Given, calls: readonly Calls[]): Line[] {
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

/** So many invocations, each with so many calls of DynamoDB in sequence. */
export function invocationLines(what: string, count: number, roundTrips: number, settings: Settings): Line[] {
  const { roundTripMs, requestCpuMs, startCpuMs, startShare, wholeProcessorMb } = LAMBDA
  const cpuMs =
    (requestCpuMs + startShare * startCpuMs) * (wholeProcessorMb / Math.min(settings.memoryMb, wholeProcessorMb))
  const seconds = (roundTrips * roundTripMs + cpuMs) / 1000
  return [line(what, 'invocations', count), line(what, 'gbSeconds', count * seconds * gbOf(settings))]
}

const gbOf = ({ memoryMb }: Settings) => memoryMb / 1024
