import type { Trail } from '../audit/trail.ts'
import { ScimError } from '../scim/error.ts'
import type { Db } from '../store/client.ts'
import type { putEvent } from '../store/events/write.ts'
import { toScimError } from './failure.ts'

/** Stores the event of a request that changed nothing. */
export type PutEvent = typeof putEvent

/** What became of a request. */
export type Outcome<Answer> = { answer: Answer } | { refusal: ScimError }

/** Where the outcome of a request is written down, and who hears of failures that clients may not read. */
export interface Recorder<Answer> {
  requestId: string
  record(outcome: Outcome<Answer>): Promise<void>
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
    await recorder.record(outcome)
    return outcome
  } catch (cause) {
    recorder.report(cause)
    return { refusal: unrecorded(cause) }
  }
}

async function settle<Answer>(
  { requestId, report }: Recorder<Answer>,
  run: () => Promise<Answer>,
): Promise<Outcome<Answer>> {
  try {
    return { answer: await run() }
  } catch (error) {
    return { refusal: toScimError(error, requestId, report) }
  }
}

function unrecorded(cause: unknown): ScimError {
  const detail = 'The request cannot be answered, since its audit event could not be stored; retry later'
  return new ScimError(503, undefined, detail, { cause, headers: { 'retry-after': '5' } })
}

/** What a request is recorded with. */
export interface Recording {
  trail: Trail
  db: Db
  putEvent: PutEvent
  report(error: unknown): void
}

/** Writes an outcome down as the trail's REST event, unless a change has stored it with itself. */
export function eventRecorder<Answer>(
  { trail, db, putEvent, report }: Recording,
  statusOf: (answer: Answer) => number,
): Recorder<Answer> {
  const record = async (outcome: Outcome<Answer>) => {
    if (trail.recorded) return
    await trail.record(summaryOf(outcome, statusOf), async (event) => {
      await Promise.all([putEvent(db, event), ...trail.alongside.map((write) => write())])
    })
  }
  return { requestId: trail.requestId, record, report }
}

function summaryOf<Answer>(outcome: Outcome<Answer>, statusOf: (answer: Answer) => number) {
  if ('answer' in outcome) return { status: statusOf(outcome.answer) }
  const { status, scimType, message: detail } = outcome.refusal
  return { status, scimType, detail }
}
