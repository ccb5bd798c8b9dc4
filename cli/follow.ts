import type { EventRow } from '../shared/audit/event-row.ts'
import type { Api } from './api.ts'
import { type Question, walkEvents } from './event-pages.ts'
import { Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

const POLL_MS = 2000
/** How long to wait at most before the next try while nobody answers. */
const MAX_WAIT_MS = 30_000
/** An event has the time its request came, and is stored when it is answered: 29 s later at most, and clocks differ. */
const OVERLAP_MS = 120_000

/** What has been shown before: all of a range, and whether an event is yet to be shown. */
interface Shown {
  from: string
  to: string
  isNew(row: EventRow): boolean
}

/**
 * The events that come after those shown, each once, until `signal`. Asks again while the service is away or busy.
 * @throws {Failure} when the service refuses.
 */
export async function* followEvents(
  api: Api,
  terminal: Terminal,
  question: Question,
  { from, to, isNew }: Shown,
  signal: AbortSignal,
): AsyncGenerator<EventRow[]> {
  let reached = to
  let failures = 0
  while (!signal.aborted) {
    await terminal.pause(pauseOf(failures), signal)
    const start = laterOf(from, before(reached))
    const since = { ...question, last: undefined, from: start, allowEmpty: 'true', purpose: 'follow' }
    try {
      for await (const part of walkEvents(api, since, signal)) {
        reached = part.to
        yield part.rows.filter(isNew)
      }
      if (failures > 0) terminal.tell('The service answers again')
      failures = 0
    } catch (error) {
      if (!signal.aborted) tellPassing(terminal, error, failures)
      failures += 1
    }
  }
}

/** How long to wait before the next question: longer the more of them failed. */
export const pauseOf = (failures: number): number => Math.min(MAX_WAIT_MS, POLL_MS * 2 ** failures)

/** Says once that the service is away. @throws what will not pass by itself. */
export function tellPassing(terminal: Terminal, error: unknown, failures: number): void {
  if (!(error instanceof Failure && error.isPassing)) throw error
  if (failures === 0) terminal.tell(`${error.message}. Trying again until it answers, or Ctrl-C`)
}

/** Tells whether an event comes for the first time; ids too old to come again are forgotten. */
export function onceEach(): (row: EventRow) => boolean {
  let seen = new Map<string, string>()
  return ({ EVENT_ID: id, EVENT_TIMESTAMP: time }) => {
    if (seen.has(id)) return false
    seen.set(id, time)
    if (seen.size % 1000 === 0) seen = new Map([...seen].filter(([, at]) => at > before(before(time))))
    return true
  }
}

const before = (time: string): string => new Date(Date.parse(time) - OVERLAP_MS).toISOString()
const laterOf = (one: string, other: string): string => (one > other ? one : other)
