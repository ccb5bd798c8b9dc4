import type { Context, SQSEvent } from 'aws-lambda'
import * as z from 'zod/mini'
import type { Db } from '../store/client.ts'
import { withDeadline } from '../store/deadline.ts'
import { newTally } from '../store/tally.ts'
import type { WorkQueue } from '../worker/queue.ts'
import { runSlice, type SliceEnd, type Work } from '../worker/work.ts'
import { told } from './failure.ts'
import { log } from './log.ts'
import { toUnits } from './request-line.ts'
import { handoverOf } from './time-limits.ts'

export interface WorkerOptions {
  db: Db
  queue: WorkQueue
}

const message = z.object({ account: z.string(), kind: z.enum(['GROUP', 'USER']), id: z.string() })

/**
 * The worker function: does one slice of the work of a head and, where more is left, sends itself the next. Work that
 * somebody else has is left to them, and what waits for its time is found by the schedule. A failure leaves the message
 * in the queue, which delivers it again.
 */
export function workerHandler({ db, queue }: WorkerOptions) {
  return async ({ Records }: SQSEvent, context: Context): Promise<void> => {
    for (const { body, messageId } of Records) {
      await told(messageId, async () => {
        const work: Work = message.parse(JSON.parse(body))
        const end = await runLogged(db, work, messageId, handoverOf(context, db))
        if (end === 'more') await queue.send(work, `${messageId}:next`)
      })
    }
  }
}

/** A slice, whose line tells what it took. */
async function runLogged(db: Db, work: Work, requestId: string, until: number): Promise<SliceEnd['end']> {
  const tally = newTally()
  const begun = db.clock()
  const { end } = await runSlice(withDeadline({ ...db, tally }, db.deadline), work, until)
  const { account, kind } = work
  const durationMs = db.clock() - begun
  log('INFO', 'slice', { requestId, account, kind, end, durationMs, calls: tally.calls.length }, toUnits(tally))
  return end
}
