import type { Context, EventBridgeEvent } from 'aws-lambda'
import type { Db } from '../store/client.ts'
import { INVARIANTS, type Violation } from '../store/invariants/violation.ts'
import { checkNightly } from '../watch/nightly.ts'
import { logUnexpected } from './failure.ts'
import { log } from './log.ts'
import { handoverOf } from './time-limits.ts'

/** Findings that are told one by one: where there are more, something is wrong with all. */
const MAX_TOLD = 200

type Scheduled = Pick<EventBridgeEvent<'Scheduled Event', unknown>, 'id'>

/**
 * The check function: looks each night at every account for what may never be, and tells each invariant by a metric and
 * each finding by a line that names the item and nobody. @throws {Error} when an account could not be checked.
 */
export function checkHandler({ db }: { db: Db }) {
  return async ({ id }: Scheduled, context: Context): Promise<void> => {
    const requestId = id
    const findings: Violation[] = []
    const failures: unknown[] = []
    const found = (account: string, violation: Violation) => {
      findings.push(violation)
      if (findings.length <= MAX_TOLD) tell(account, violation, requestId)
    }
    const report = (error: unknown) => {
      failures.push(error)
      logUnexpected(error, { requestContext: { requestId } })
    }
    const { checked, left } = await checkNightly(db, new Date(db.clock()), { found, report }, handoverOf(context, db))
    if (checked + left > 0) measure(findings, requestId)
    log('INFO', `${checked} accounts are checked, ${left} are left for the next run: ${findings.length} findings`, {
      requestId,
    })
    if (failures.length > 0) throw new Error(`${failures.length} accounts could not be checked`)
  }
}

function tell(account: string, { invariant, type, id }: Violation, requestId: string): void {
  log('ERROR', 'An invariant is broken', { requestId, account, invariant, finding: `${type} ${id}` })
}

/** Zeros too: a metric that is there says that somebody looked. */
function measure(findings: readonly Violation[], requestId: string): void {
  for (const invariant of INVARIANTS) {
    const found = findings.filter((one) => one.invariant === invariant)
    log('INFO', 'invariant', { requestId, invariant }, { InvariantFindings: found.length })
  }
}
