import { randomUUID } from 'node:crypto'
import { namedId } from '../../shared/store/new-id.ts'
import { putFence } from '../../shared/store/regions/put-fence.ts'
import { ConditionsFailed } from '../../shared/store/transaction.ts'
import { Failure } from '../failure.ts'
import { type Lock, TAKEN_OVER, takeLock } from './lock.ts'
import { type Operation, type Site, tellHistory } from './sites.ts'
import type { MovedFence } from './standing.ts'

/** A failover that has the lock of the regions it is about. */
export interface Run extends Operation {
  lock: Lock
}

/** @throws {Failure} where another run is at it. */
export async function locked<T>(
  operation: Operation,
  sites: readonly Site[],
  run: (locked: Run) => Promise<T>,
): Promise<T> {
  const lock = await takeLock(operation, sites, randomUUID())
  try {
    return await run({ ...operation, lock })
  } finally {
    await lock.release()
  }
}

/**
 * Puts a fence over what was read, of the epoch `over` at most, while the lock is this run's.
 * @throws {Failure} where it is not, or another one was put meanwhile.
 */
export async function putHeld({ lock }: Run, site: Site, account: string, fence: MovedFence, over: number) {
  try {
    await putFence(site.db, account, fence, { over, holds: () => lock.holds(site) })
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    const why = error.failures.has('lock')
      ? TAKEN_OVER
      : `Another fence of account "${account}" was put in ${site.name} meanwhile: see rolecall failover status, and run it again`
    throw new Failure(why, { cause: error })
  }
}

/** Tells the history of a move once, however often it is asked to. */
export async function tellMove(run: Run, to: Site, account: string, fence: MovedFence): Promise<void> {
  const { from, lost, epoch, since = '' } = fence
  if (from === undefined) return
  const how =
    lost?.epoch === epoch
      ? `Taken over from ${from} by ${to.name} without it`
      : `Moved from ${from} to ${to.name} as planned`
  await tellHistory(run, to, account, {
    ...{ method: 'FAILOVER', detail: `${how}, epoch ${epoch}`, time: since },
    eventId: namedId(Date.parse(since), `failover ${account} ${epoch}`),
  })
}
