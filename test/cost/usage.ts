import { HABITS, MONTH_DAYS, MONTH_SECONDS } from './assumptions.ts'
import type { Operation, Units } from './operations.ts'
import type { Settings, Size } from './settings.ts'
import type { Calls } from './traffic.ts'

/** What a bill is made of. */
export interface Given {
  size: Size
  settings: Settings
  measured: Readonly<Record<Operation, Units>>
}

const GB = 1024 ** 3
/** How long a question for what is new waits at a function. */
const WAIT_SECONDS = 10

export const gb = (bytes: number): number => bytes / GB
export const sumOf = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0)
export const countOf = (calls: readonly Calls[]): number => sumOf(calls, ({ count }) => count)

/** Pages of the event history in a month. */
export const questionsOf = ({ questionsPerDay }: Size): number => questionsPerDay * MONTH_DAYS

/** Seconds of a month in which somebody waits for what is new. */
export const waitingSeconds = ({ consoleHoursPerDay, followers }: Size) => ({
  console: consoleHoursPerDay * MONTH_DAYS * 3600,
  follower: followers * MONTH_SECONDS,
})

/** Questions that wait, one after the other. */
export const waitsOf = (size: Size) => {
  const { console, follower } = waitingSeconds(size)
  const [ofConsoles, ofFollowers] = [console / WAIT_SECONDS, follower / WAIT_SECONDS]
  return { console: ofConsoles, follower: ofFollowers, all: ofConsoles + ofFollowers }
}

/** In how many of so many periods at least one of `count` falls that come by chance. */
export const withOneIn = (periods: number, count: number): number => periods * (1 - Math.exp(-count / periods))

/** Requests for which the gateway asks the authorizer: of each address the first in the time that it keeps the answer. */
export function missesOf({ integrations }: Size, { authorizerCacheSeconds }: Settings, requests: number): number {
  if (authorizerCacheSeconds === 0) return requests
  return withOneIn((MONTH_SECONDS / authorizerCacheSeconds) * integrations * HABITS.addresses, requests)
}
