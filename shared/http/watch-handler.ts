import type { EventBridgeEvent } from 'aws-lambda'
import type { Db } from '../store/client.ts'
import { watchAll } from '../watch/watch.ts'
import { logUnexpected } from './failure.ts'
import { metric } from './metric.ts'

/**
 * The watch function: looks once an hour for tokens that end soon and integrations that fell silent, tells each by an
 * event and all by metrics. @throws {Error} when an account could not be looked at, so that the alarm rings.
 */
export function watchHandler({ db }: { db: Db }) {
  return async ({ id }: Pick<EventBridgeEvent<'Scheduled Event', unknown>, 'id'>): Promise<void> => {
    const failures: unknown[] = []
    const report = (error: unknown) => {
      failures.push(error)
      logUnexpected(error, { requestContext: { requestId: id } })
    }
    await watchAll(db, new Date(db.clock()), { measure: metric, report })
    if (failures.length > 0) throw new Error(`${failures.length} accounts could not be looked at`)
  }
}
