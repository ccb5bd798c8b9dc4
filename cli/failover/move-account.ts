import { listHeads } from '../../shared/store/groups/heads.ts'
import { getMarkers, putMarkers } from '../../shared/store/regions/marker.ts'
import { Failure } from '../failure.ts'
import { differences } from './compare.ts'
import { nextEpoch } from './epochs.ts'
import { putHeld, type Run, tellMove } from './run.ts'
import { type Site, siteOf } from './sites.ts'
import type { MovedFence, Standing } from './standing.ts'

const MOVE_POLL_MS = 250
/** What is compared before a region is promoted: the changes of so long before. */
const COMPARED_MS = 15 * 60_000

/** What became of an account. */
export interface Moved {
  account: string
  from: string
  epoch: number
  /** How long changes were refused, in milliseconds; none where it is not known, since a run before this one began it. */
  refusedMs?: number
}

/** The region that has an account, or hands it over. */
const holderOf = ({ sites }: Run, { primary, draining }: MovedFence): Site => siteOf(sites, primary ?? draining ?? '')

/** Before anything is fenced: whether what regions write arrives in each other, and what they told has. @throws {Failure} */
export async function requireArriving(
  run: Run,
  standings: readonly Standing[],
  to: Site,
  waitMs: number,
): Promise<void> {
  for (const holder of new Set(standings.map(({ fence }) => holderOf(run, fence))))
    for (const [from, into] of [
      [holder, to],
      [to, holder],
    ] as const) {
      run.progress(`is what ${from.name} writes arriving in ${into.name}?`)
      if (!(await arrives(run, from, into, waitMs)))
        throw new Failure(
          `What ${from.name} writes does not arrive in ${into.name} within ${waitMs / 1000} s: nothing was fenced. See rolecall failover status; where ${holder.name} is lost, promote with --unplanned`,
        )
    }
  for (const { account, fence } of standings) await requireTold(run, account, holderOf(run, fence), to, waitMs)
}

/** Nobody has to hear 503 for a move that its comparison would end: an event never changes, and what is not there stays away. @throws {Failure} */
async function requireTold(run: Run, account: string, from: Site, to: Site, waitMs: number): Promise<void> {
  const since = from.db.clock() - COMPARED_MS
  const look = async () => (await differences(from.db, to.db, account, since)).filter((one) => one.startsWith('event '))
  run.progress(`account ${account}: is the history the same in ${to.name}?`)
  let away = await look()
  const hasArrived = async () => {
    if (away.length === 0) return true
    const now = new Set(await look())
    away = away.filter((one) => now.has(one))
    return away.length === 0
  }
  if (!(await within(run, from, waitMs, hasArrived)))
    throw new Failure(
      `${away.length} changes of account "${account}" do not arrive in ${to.name}, the first is ${away[0]}: nothing was fenced`,
    )
}

async function arrives(run: Run, from: Site, to: Site, waitMs: number): Promise<boolean> {
  const at = await putMarkers(from.db, from.name, from.db.clock())
  return within(run, to, waitMs, async () => ((await getMarkers(to.db, from.name)) ?? 0) >= at)
}

/** One account, as planned. @throws {Failure} where its region has it again, since something took too long. */
export async function moveAccount(run: Run, standing: Standing, to: Site, waitMs: number): Promise<Moved> {
  const { account, fence } = standing
  const from = holderOf(run, fence)
  const begun = from.db.clock()
  const handedOver = await handOver(run, standing, from, to)
  const why = await obstacle({ run, account, from, to, waitMs, since: begun - COMPARED_MS })
  if (why) await giveBack(run, account, { handedOver, from, to, why })
  const epoch = nextEpoch(run.sites, to.name, handedOver.epoch)
  const { draining: _, to: __, ...rest } = handedOver
  const next = { ...rest, primary: to.name, epoch, since: sinceOf(to), from: from.name }
  await putHeld(run, to, account, next, handedOver.epoch)
  const refusedMs = fence.primary === undefined ? undefined : to.db.clock() - begun
  await tellMove(run, to, account, next)
  // It would hear by itself; so it knows at once that nothing is handed over any more.
  if (from !== to) await putHeld(run, from, account, next, handedOver.epoch)
  const seconds = refusedMs === undefined ? '' : `, changes were refused for ${(refusedMs / 1000).toFixed(1)} s`
  run.tell(`account ${account}: ${to.name} is primary, epoch ${epoch}${seconds}`)
  return { account, from: from.name, epoch, ...(refusedMs !== undefined && { refusedMs }) }
}

const sinceOf = ({ db }: Site): string => new Date(db.clock()).toISOString()

/** Nobody takes changes from now on; where that is so already, from a run before this one, it stays. */
async function handOver(run: Run, { account, fence, top }: Standing, from: Site, to: Site): Promise<MovedFence> {
  const isHandedOver = fence.primary === undefined && fence.to === to.name && fence.epoch === top
  const { primary: _, from: __, ...rest } = fence
  const handedOver = isHandedOver
    ? fence
    : {
        ...rest,
        ...{ draining: from.name, to: to.name, epoch: nextEpoch(run.sites, from.name, top), since: sinceOf(from) },
      }
  // A run that was killed may have put a part of it: all of it is put again.
  await putHeld(run, from, account, handedOver, top)
  return handedOver
}

interface Waits {
  run: Run
  account: string
  from: Site
  to: Site
  waitMs: number
  since: number
}

/** Waits until nothing can be lost any more. @returns what did not come true in time. */
async function obstacle({ run, account, from, to, waitMs, since }: Waits): Promise<string | undefined> {
  run.progress(`account ${account}: the worker of ${from.name} ends what is queued`)
  if (!(await within(run, from, waitMs, async () => !(await hasWork(from, account)))))
    return `The worker of ${from.name} did not end what is queued within ${waitMs / 1000} s`
  run.progress(`account ${account}: waiting until all has arrived in ${to.name}`)
  if (!(await arrives(run, from, to, waitMs)))
    return `What ${from.name} wrote did not arrive in ${to.name} within ${waitMs / 1000} s`
  let missing: string[] = []
  const isSame = async () => {
    missing = await differences(from.db, to.db, account, since)
    return missing.length === 0
  }
  if (await within(run, from, waitMs, isSame)) return undefined
  return `${missing.length} items differ in ${to.name}, the first is ${missing[0]}`
}

/** The region that had the account has it again; the other hears of it too, so that it knows the epoch. @throws {Failure} */
async function giveBack(
  run: Run,
  account: string,
  { handedOver, from, to, why }: { handedOver: MovedFence; from: Site; to: Site; why: string },
): Promise<never> {
  const { draining: _, to: __, ...rest } = handedOver
  const epoch = nextEpoch(run.sites, from.name, handedOver.epoch)
  const again = { ...rest, primary: from.name, epoch, since: sinceOf(from) }
  await run.lock.beat()
  await putHeld(run, from, account, again, handedOver.epoch)
  const cause = await putHeld(run, to, account, again, handedOver.epoch).catch((error: unknown) => error)
  throw new Failure(`${why}: ${from.name} takes the changes of account "${account}" again`, { cause })
}

/** Whether something is queued that can be done now: the rest of deleted users waits for its time, in whichever region. */
async function hasWork({ db }: Site, account: string): Promise<boolean> {
  const heads = await listHeads(db, account)
  return heads.some((head) => head.kind === 'GROUP' || head.due <= db.clock())
}

/** Whether something comes true in time, by the clock of a region; asked once at least, with a sign of life each time. */
async function within(
  { pause, lock }: Run,
  { db: { clock } }: Site,
  waitMs: number,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  for (const until = clock() + waitMs; ; ) {
    await lock.beat()
    if (await isSo()) return true
    if (clock() >= until) return false
    await pause(MOVE_POLL_MS)
  }
}
