import { listAccounts } from '../store/accounts.ts'
import { mapConcurrently } from '../store/batch.ts'
import { type CheckMark, putCheckMark, requireCheckMark } from '../store/check-mark.ts'
import type { Db } from '../store/client.ts'
import { OutOfTime, withDeadline } from '../store/deadline.ts'
import { BEGINNING, type CheckPlace, checkStep } from '../store/invariants/check.ts'
import type { Violation } from '../store/invariants/violation.ts'
import { mayChange } from '../store/regions/fenced.ts'
import { hoursSince } from '../store/run-mark.ts'

/** Who hears of the nightly check, as it goes on. */
export interface Night {
  found(account: string, violation: Violation): void
  /** Hears of accounts that could not be checked; the others are checked all the same. */
  report(error: unknown): void
}

/** What a run of the nightly check came to. */
export interface NightlyRun {
  /** Accounts that were checked to their end, in this run or with those before it. */
  checked: number
  /** Those that the next run goes on with. */
  left: number
}

const PARALLEL = 8

/**
 * Looks at every account for what may never be, once a UTC day: a run after the day's whole one does nothing, one that
 * runs out of time at `until`, in epoch milliseconds, leaves a mark, within an account too, from which the next goes on,
 * were it the next night's. Where an account could not be checked, the next run begins anew. Reads alone, but for the mark.
 */
export async function checkNightly(db: Db, now: Date, night: Night, until: number): Promise<NightlyRun> {
  const { next, found = 0, ...mark } = await requireCheckMark(db, now)
  if (!next && mark.finishedAt?.slice(0, 10) === now.toISOString().slice(0, 10)) return { checked: 0, left: 0 }
  const names = await listChangeable(db)
  const accounts = names.filter((name) => next === undefined || name >= next.account)
  let failed = 0
  let findings = next ? found : 0
  const counting: Night = {
    ...night,
    found(...finding) {
      findings++
      night.found(...finding)
    },
  }
  for (const [i, account] of accounts.entries()) {
    const begin = account === next?.account ? next.place : BEGINNING
    const end = await checkAccount(withDeadline(db, until), { account, place: begin }, counting)
    if (end === 'failed') failed++
    if (end === 'failed' || end === 'done') continue
    await putCheckMark(db, { ...mark, found: findings, next: { account, place: end } })
    return { checked: i - failed, left: accounts.length - i }
  }
  await putCheckMark(db, {
    ...mark,
    ...(failed === 0 ? { findings, finishedAt: now.toISOString() } : { found: findings }),
  })
  return { checked: accounts.length - failed, left: 0 }
}

/** All accounts, or of several regions those of which this is the primary: elsewhere half of a change may be on its way. */
async function listChangeable(db: Db): Promise<string[]> {
  const names = await listAccounts(db, Number.POSITIVE_INFINITY)
  const changeable = await mapConcurrently(names, PARALLEL, (name) => mayChange(db, name))
  return names.filter((_, i) => changeable[i])
}

/** How an account's check ended: over, failed, or where it goes on. */
async function checkAccount(
  db: Db,
  { account, place }: { account: string; place: CheckPlace },
  { found, report }: Night,
): Promise<'done' | 'failed' | CheckPlace> {
  let at = place
  try {
    for (;;) {
      const step = await checkStep(db, account, at)
      for (const violation of step.violations) found(account, violation)
      if (step.isDone) return 'done'
      at = step.place
    }
  } catch (error) {
    if (error instanceof OutOfTime) return at
    report(error)
    return 'failed'
  }
}

/** How the nightly check stands. */
export interface CheckState {
  /** Whole hours since all accounts had been checked, or since it was first asked. */
  hoursSince: number
  /** What is broken, as far as anybody knows: it stays so until a whole check finds nothing. */
  broken: number
}

/** Says how the nightly check stands, between its runs too. */
export async function stateOfCheck(db: Db, now: Date): Promise<CheckState> {
  const mark = await requireCheckMark(db, now)
  return { hoursSince: hoursSince(mark, now), broken: brokenOf(mark) }
}

/** One that is not whole yet cannot say that all is well. */
const brokenOf = ({ findings = 0, found = 0 }: CheckMark): number => Math.max(findings, found)
