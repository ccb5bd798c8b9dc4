import type { Context, EventBridgeEvent } from 'aws-lambda'
import { notarizeAll } from '../notary/notarize.ts'
import type { ObjectStore } from '../notary/object-store.ts'
import type { Db } from '../store/client.ts'
import { putRun } from '../store/run-mark.ts'
import { logUnexpected } from './failure.ts'
import { log } from './log.ts'
import { handoverOf } from './time-limits.ts'

/**
 * The notary function: makes the digests of the hours that are over. Accounts for which there is no time are the first
 * ones next time; where none are left, it leaves a mark by which the watch sees that it ran.
 * @throws {Error} when digests of an account could not be made, so that the alarm rings.
 */
export function notaryHandler({ db, store }: { db: Db; store: ObjectStore }) {
  return async ({ id }: Pick<EventBridgeEvent<'Scheduled Event', unknown>, 'id'>, context: Context): Promise<void> => {
    const failures: unknown[] = []
    const report = (error: unknown) => {
      failures.push(error)
      logUnexpected(error, { requestContext: { requestId: id } })
    }
    const left = await notarizeAll({ db, store, report }, handoverOf(context, db))
    if (left === 0) await putRun(db, 'notary', new Date(db.clock()))
    else log('WARN', `${left} accounts are left for the next digests`, { requestId: id })
    if (failures.length > 0) throw new Error(`The digests of ${failures.length} accounts could not be made`)
  }
}
