import type { Trail } from '../audit/trail.ts'
import { DEFAULT_ACCOUNT } from '../auth/account.ts'
import { NoSuchAccount, type ScimError } from '../scim/error.ts'
import type { Db } from '../store/client.ts'
import { withDeadline } from '../store/deadline.ts'
import type { putEvent } from '../store/events/write.ts'
import { type Progress, toScimError, Unfinished } from './failure.ts'
import { log } from './log.ts'
import { EVENT_MS } from './time-limits.ts'

/** Stores the event of a request that changed nothing. */
export type PutEvent = typeof putEvent

/** What became of a request. */
export type Outcome<Answer> = { answer: Answer } | { refusal: ScimError }

/** Where the outcome of a request is written down, and who hears of failures that clients may not read. */
export interface Recorder<Answer> {
  requestId: string
  /** How far the change has come; none is asked for where it is absent. */
  progress?: Progress & { hasParts: boolean }
  /** Writes the outcome down, and says what to answer: more may be known afterwards. */
  record(outcome: Outcome<Answer>): Promise<Outcome<Answer>>
  report(error: unknown): void
}

/**
 * The one way a request is carried out, whoever asks: runs it, says a failure in words that its client may read, and
 * writes the outcome down. What cannot be written down is not answered: 503 stands for it. Never throws.
 */
export async function recorded<Answer>(
  recorder: Recorder<Answer>,
  run: () => Promise<Answer>,
): Promise<Outcome<Answer>> {
  const outcome = await settle(recorder, run)
  try {
    return await recorder.record(outcome)
  } catch (cause) {
    recorder.report(cause)
    log('ERROR', 'event not stored', { requestId: recorder.requestId }, { AuditFailures: 1 })
    const fate = isUnfinished(outcome) ? outcome.refusal.fate : recorder.progress?.hasParts ? 'unknown' : 'unchanged'
    return { refusal: new Unfinished(UNRECORDED, fate, cause) }
  }
}

const UNRECORDED = 'The request cannot be answered, since its audit event could not be stored'

async function settle<Answer>(
  { requestId, report, progress }: Recorder<Answer>,
  run: () => Promise<Answer>,
): Promise<Outcome<Answer>> {
  try {
    return { answer: await run() }
  } catch (error) {
    return { refusal: toScimError(error, requestId, report, progress) }
  }
}

const isUnfinished = (outcome: Outcome<unknown>): outcome is { refusal: Unfinished } =>
  'refusal' in outcome && outcome.refusal instanceof Unfinished

/** What a request is recorded with. */
export interface Recording {
  trail: Trail
  db: Db
  putEvent: PutEvent
  report(error: unknown): void
}

/**
 * Writes an outcome down as the trail's REST event, unless a change has stored it with itself. The event has a little
 * time of its own after the deadline.
 */
export function eventRecorder<Answer>(
  { trail, db, putEvent, report }: Recording,
  statusOf: (answer: Answer) => number,
): Recorder<Answer> {
  const put = (outcome: Outcome<Answer>): Promise<number> =>
    trail.record(summaryOf(outcome, statusOf), async (event) => {
      const own = 'answer' in outcome && trail.writer ? trail.writer(event) : putEvent(inTime(db), event)
      const [status = event.status] = await Promise.all([own, ...trail.alongside.map((write) => write())])
      return status
    })
  const record = async (outcome: Outcome<Answer>) => {
    if (trail.recorded) return outcome
    if ('refusal' in outcome && outcome.refusal instanceof NoSuchAccount) trail.standsIn(DEFAULT_ACCOUNT)
    if (isUnfinished(outcome) && outcome.refusal.fate === 'unknown') return settleDoubt(outcome.refusal, put)
    await put(outcome)
    return outcome
  }
  return { requestId: trail.requestId, progress: trail, record, report }
}

/** The table for an event, which may still be stored when the request's time is over. */
export const inTime = (db: Db): Db => withDeadline(db, db.deadline + EVENT_MS)

/**
 * A change that may have been committed has stored its event or never will, once another one has taken the event's
 * place: so storing the refusal says which.
 */
async function settleDoubt(
  doubtful: Unfinished,
  put: (outcome: { refusal: ScimError }) => Promise<number>,
): Promise<{ refusal: ScimError }> {
  const refusal = doubtful.as('unchanged')
  const status = await put({ refusal })
  return { refusal: status === refusal.status ? refusal : doubtful.as('committed') }
}

function summaryOf<Answer>(outcome: Outcome<Answer>, statusOf: (answer: Answer) => number) {
  if ('answer' in outcome) return { status: statusOf(outcome.answer) }
  const { status, scimType, message: detail, headers } = outcome.refusal
  const seconds = headers['retry-after']
  return { status, scimType, detail, ...(seconds !== undefined && { retryAfter: Number(seconds) }) }
}
