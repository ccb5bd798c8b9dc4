import { setTimeout as sleep } from 'node:timers/promises'
import { notarizeAll } from '../shared/notary/notarize.ts'
import type { ObjectStore } from '../shared/notary/object-store.ts'
import { listAccounts } from '../shared/store/accounts.ts'
import { mapConcurrently } from '../shared/store/batch.ts'
import type { Db } from '../shared/store/client.ts'
import type { Violation } from '../shared/store/invariants/violation.ts'
import { putBeat } from '../shared/store/regions/marker.ts'
import { checkNightly } from '../shared/watch/nightly.ts'
import { watchAll } from '../shared/watch/watch.ts'
import { listDue, runSlice, SLICE_MS, type Work } from '../shared/worker/work.ts'

export interface DriverOptions {
  /** Whether a piece of work is delivered twice, as queues do at times. */
  twice?: () => boolean
  /** Hears of slices that failed, which are tried again; else they are told on the error output. */
  report?: (error: unknown) => void
  /** Where digests are put; without it none are made. */
  store?: ObjectStore
  /** How often tokens and silent integrations are looked at, and hours that are over. */
  watchMs?: number
  /** How often everything is checked for what may never be. */
  checkMs?: number
}

export interface Driver {
  /** Takes up no more work, and waits for what it is at. */
  stop(): Promise<void>
}

const BUSY_MS = 100
const IDLE_MS = 250
/** Queues worked on at once, and accounts asked for theirs. */
const PARALLEL = 16
const WATCH_MS = 60_000
/** Where there are several regions: how often one says that it lives. */
const BEAT_MS = 5_000
/** A check reads all there is, so it is no more often than where it is deployed. */
const CHECK_MS = 86_400_000
/** Hours of each account that are digested together where many are due, so that nothing else waits for long. */
const HOURS_AT_ONCE = 24

/**
 * Stands in for the table's stream, its queue, the worker's Lambda and the schedules, which no local engine has: finds the
 * queues of all accounts and works on each, one slice after the other, all of them side by side. Figures go nowhere here.
 */
export function startDriver(db: Db, options: DriverOptions = {}): Driver {
  const { twice = () => false, report = tell, watchMs = WATCH_MS, checkMs = CHECK_MS, store } = options
  const stopping = new AbortController()
  const busy = new Map<string, Promise<void>>()
  const begin = (work: Work) => {
    const name = JSON.stringify(work)
    if (stopping.signal.aborted || busy.has(name) || busy.size >= PARALLEL) return
    const deliveries = Array.from({ length: twice() ? 2 : 1 }, () => drain(db, work, stopping.signal))
    const done = Promise.all(deliveries)
      .then(() => {}, report)
      .finally(() => busy.delete(name))
    busy.set(name, done)
  }
  const poll = async () => {
    while (!stopping.signal.aborted) {
      await findAllDue(db, begin, report)
      await sleep(busy.size > 0 ? BUSY_MS : IDLE_MS, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const polling = poll()
  const watch = async () => {
    await watchAll(db, new Date(db.clock()), { measure: () => {}, report }, Number.POSITIVE_INFINITY)
  }
  const notarize = async () => {
    if (store) await notarizeAll({ db, store, report, maxHours: HOURS_AT_ONCE }, Number.POSITIVE_INFINITY)
  }
  const beat = async () => {
    if (db.region) await putBeat(db, db.region, db.clock())
  }
  const watching = [
    every(BEAT_MS, beat, report, stopping.signal),
    every(watchMs, watch, report, stopping.signal),
    every(watchMs, notarize, report, stopping.signal),
    every(checkMs, () => check(db, report), report, stopping.signal),
  ]
  return {
    async stop() {
      stopping.abort()
      await Promise.all([polling, ...watching])
      await Promise.all(busy.values())
    },
  }
}

function tell(error: unknown): void {
  const text = error instanceof Error ? error.stack : String(error)
  process.stderr.write(
    `${JSON.stringify({ level: 'ERROR', message: 'unfinished work', error: text?.slice(0, 2000) })}\n`,
  )
}

/** The first time is one span after the start. */
async function every(
  ms: number,
  act: () => Promise<void>,
  report: (error: unknown) => void,
  stopping: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(ms, undefined, { signal: stopping }).catch(() => {})
    if (stopping.aborted) return
    await act().catch(report)
  }
}

/** What the nightly check finds is reported as failures are. */
async function check(db: Db, report: (error: unknown) => void): Promise<void> {
  const found = (account: string, { invariant, type, id }: Violation) =>
    report(new Error(`An invariant is broken: ${account} ${invariant} ${type} ${id}`))
  await checkNightly(db, new Date(db.clock()), { found, report }, Number.POSITIVE_INFINITY)
}

/** What fails of one account keeps no other waiting. */
async function findAllDue(db: Db, begin: (work: Work) => void, report: (error: unknown) => void): Promise<void> {
  const find = async (account: string) => (await listDue(db, account)).forEach(begin)
  const accounts = await listAccounts(db, Number.POSITIVE_INFINITY).catch((error): string[] => {
    report(error)
    return []
  })
  await mapConcurrently(accounts, PARALLEL, (account) => find(account).catch(report))
}

/** One slice after the other, as the worker's Lambda sends itself the next. */
async function drain(db: Db, work: Work, stopping: AbortSignal): Promise<void> {
  for (;;) {
    const { end } = await runSlice(db, work, db.clock() + SLICE_MS, stopping)
    if (end !== 'more' || stopping.aborted) return
  }
}
