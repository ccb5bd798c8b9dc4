import type { Context, EventBridgeEvent } from 'aws-lambda'
import type { Db } from '../store/client.ts'
import { hoursSinceRun, putRun } from '../store/run-mark.ts'
import type { Measure } from '../watch/account.ts'
import { stateOfCheck } from '../watch/nightly.ts'
import { watchAll } from '../watch/watch.ts'
import { logUnexpected } from './failure.ts'
import { log } from './log.ts'
import type { Figures } from './metric.ts'
import { handoverOf } from './time-limits.ts'

/**
 * The watch function: looks once an hour for tokens that end soon and integrations that fell silent, tells each by an
 * event and all by metrics, and how what runs by a schedule stands. Accounts for which there is no time are the first ones
 * next time. `hasDigests` says whether there is a notary to be missed.
 * @throws {Error} when an account could not be looked at, so that the alarm rings.
 */
export function watchHandler({ db, hasDigests }: { db: Db; hasDigests: boolean }) {
  return async ({ id }: Pick<EventBridgeEvent<'Scheduled Event', unknown>, 'id'>, context: Context): Promise<void> => {
    const failures: unknown[] = []
    const report = (error: unknown) => {
      failures.push(error)
      logUnexpected(error, { requestContext: { requestId: id } })
    }
    const measure: Measure = (name, value, of) => log('INFO', 'integration', of, { [name]: value })
    const now = new Date(db.clock())
    const left = await watchAll(db, now, { measure, report }, handoverOf(context, db))
    log('INFO', 'schedules', { requestId: id }, await figuresOfSchedules(db, now, hasDigests))
    await putRun(db, 'watch', now)
    if (left > 0) log('WARN', `${left} accounts are left for the next look`, { requestId: id })
    if (failures.length > 0) throw new Error(`${failures.length} accounts could not be looked at`)
  }
}

/** What is broken is told again each hour, until it is mended; nothing is told of nothing. */
async function figuresOfSchedules(db: Db, now: Date, hasDigests: boolean): Promise<Figures> {
  const { hoursSince, broken } = await stateOfCheck(db, now)
  return {
    HoursSinceCheck: hoursSince,
    ...(broken > 0 && { BrokenInvariants: broken }),
    ...(hasDigests && { HoursSinceDigest: await hoursSinceRun(db, 'notary', now) }),
  }
}
