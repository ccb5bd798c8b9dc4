import type { EventRow } from '../shared/audit/event-row.ts'
import type { Question } from '../shared/audit/reading/walk-events.ts'
import type { FollowAnswer } from '../shared/http/event-follow.ts'
import type { Api } from './api.ts'
import { Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

const POLL_MS = 2000
/** How long to wait at most before the next try while nobody answers. */
const MAX_WAIT_MS = 30_000
/** Seconds that the service may wait for the next event. */
const FOLLOW_SECONDS = 20
/** Between two questions, so that a service that answers at once is not asked without end. */
const BREATH_MS = 200
/** So long ago an event was shown that it cannot come again. */
const FORGOTTEN_MS = 240_000

/** Behind what to follow, and whether an event is yet to be shown. */
interface Shown {
  /** A cursor of an answer, or an instant. */
  after: string
  isNew(row: EventRow): boolean
}

/**
 * The events that come behind a place, each once, until `signal`. Asks again while the service is away or busy.
 * @throws {Failure} when the service refuses.
 */
export async function* followEvents(
  api: Api,
  terminal: Terminal,
  question: Question,
  { after, isNew }: Shown,
  signal: AbortSignal,
): AsyncGenerator<EventRow[]> {
  const { last: _last, from: _from, reads: _reads, ...filters } = question
  const always = { ...filters, wait: FOLLOW_SECONDS, allowEmpty: 'true', purpose: 'follow' }
  let failures = 0
  while (!signal.aborted) {
    await terminal.pause(failures > 0 ? pauseOf(failures) : BREATH_MS, signal)
    try {
      const answer = await api.call<FollowAnswer>({ path: ['events'], query: { ...always, after }, signal })
      after = answer.next
      if (failures > 0) terminal.tell('The service answers again')
      failures = 0
      yield answer.events.filter(isNew)
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
    const oldest = new Date(Date.parse(time) - FORGOTTEN_MS).toISOString()
    if (seen.size % 1000 === 0) seen = new Map([...seen].filter(([, at]) => at > oldest))
    return true
  }
}
