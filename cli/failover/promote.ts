import { randomUUID } from 'node:crypto'
import { listHeads } from '../../shared/store/groups/heads.ts'
import { type Fence, getFence, putFence } from '../../shared/store/regions/fence.ts'
import { getMarkers, putMarkers } from '../../shared/store/regions/marker.ts'
import { Failure } from '../failure.ts'
import { differences } from './compare.ts'
import { takeLock } from './lock.ts'
import { isReachable, reachableOf } from './reachable.ts'
import { accountsOf, homeOf, type Operation, othersOf, type Site, type Sites, siteOf, tellHistory } from './sites.ts'

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

export interface PromoteOptions {
  to: string
  /** All if not given. */
  account?: string | undefined
  /** How long each wait may take: for the worker, and for what is on its way. */
  waitMs: number
}

/**
 * Moves accounts to another region and loses nothing: hands each over, lets its worker end what is queued, waits until all has
 * arrived, compares it, and promotes. One that was killed goes on where it was, by what the fences say. Where a wait takes
 * too long the region that had the account has it again. @throws {Failure} {@link UsageError}
 */
export async function promotePlanned(operation: Operation, options: PromoteOptions): Promise<Moved[]> {
  const { sites } = operation
  const to = siteOf(sites, options.to)
  for (const site of sites.all)
    if (!(await isReachable(site)))
      throw new Failure(
        site === to
          ? `The table of ${to.name} does not answer: it cannot be promoted`
          : `The table of ${site.name} does not answer: nothing can be handed over. Where that region is lost, promote ${to.name} with --unplanned`,
      )
  return locked(operation, sites.all, async (beat) => {
    const accounts = options.account === undefined ? await accountsOf(to) : [options.account]
    const moves = await findMoves(sites, to, accounts, sites.all)
    if (moves.length === 0) throw new Failure(`${to.name} is the primary region already`)
    await requireArriving(operation, moves, to, options.waitMs)
    const moved: Moved[] = []
    for (const move of moves) moved.push(await moveAccount({ ...operation, beat }, move, to, options.waitMs))
    return moved
  })
}

/** An account that another region has, or is handing over. */
interface Move {
  account: string
  from: Site
  fence: Fence
}

/** Accounts that another region has, by what the regions say that can be asked. */
async function findMoves(sites: Sites, to: Site, accounts: readonly string[], asked: readonly Site[]): Promise<Move[]> {
  const moves: Move[] = []
  for (const account of accounts) {
    const fence = await latestFence(asked, account, homeOf(sites))
    if (fence.primary === to.name) continue
    const holder = fence.primary ?? fence.draining ?? homeOf(sites)
    moves.push({ account, from: siteOf(sites, holder), fence })
  }
  return moves
}

/** The fence of the highest epoch that any of some regions has. */
export async function latestFence(all: readonly Site[], account: string, home: string): Promise<Fence> {
  const fences = await Promise.all(all.map(({ db }) => getFence(db, account, home)))
  return fences.reduce((last, fence) => (fence.epoch > last.epoch ? fence : last))
}

/** Before anything is fenced: whether what one region writes arrives in the other. @throws {Failure} */
async function requireArriving(operation: Operation, moves: readonly Move[], to: Site, waitMs: number): Promise<void> {
  for (const from of new Set(moves.map((move) => move.from))) {
    operation.progress(`is what ${from.name} writes arriving in ${to.name}?`)
    if (!(await arrives(operation, from, to, waitMs)))
      throw new Failure(
        `What ${from.name} writes does not arrive in ${to.name} within ${waitMs / 1000} s: nothing was fenced. See rolecall failover status; where ${from.name} is lost, promote with --unplanned`,
      )
  }
}

async function arrives({ pause }: Operation, from: Site, to: Site, waitMs: number): Promise<boolean> {
  const at = from.db.clock()
  await putMarkers(from.db, from.name, at)
  return within(to.db.clock, pause, waitMs, async () => ((await getMarkers(to.db, from.name)) ?? 0) >= at)
}

type Beating = Operation & { beat(): Promise<void> }

async function moveAccount(operation: Beating, move: Move, to: Site, waitMs: number): Promise<Moved> {
  const { account, from } = move
  const { tell, progress, beat } = operation
  const begun = from.db.clock()
  const handedOver = await handOver(operation, move, to)
  const giveBack = async (why: string): Promise<never> => {
    await putFence(from.db, account, fenceAt(from, handedOver.epoch + 1, { primary: from.name }))
    throw new Failure(`${why}: ${from.name} takes the changes of account "${account}" again`)
  }
  const awaited = (done: () => Promise<boolean>) =>
    within(from.db.clock, operation.pause, waitMs, async () => {
      await beat()
      return done()
    })
  progress(`account ${account}: the worker of ${from.name} ends what is queued`)
  if (!(await awaited(async () => !(await hasWork(from, account)))))
    await giveBack(`The worker of ${from.name} did not end what is queued within ${waitMs / 1000} s`)
  progress(`account ${account}: waiting until all has arrived in ${to.name}`)
  if (!(await arrives(operation, from, to, waitMs)))
    await giveBack(`What ${from.name} wrote did not arrive in ${to.name} within ${waitMs / 1000} s`)
  let missing: string[] = []
  const isSame = async () => {
    missing = await differences(from.db, to.db, account, begun - COMPARED_MS)
    return missing.length === 0
  }
  if (!(await awaited(isSame)))
    await giveBack(`${missing.length} items differ in ${to.name}, the first is ${missing[0]}`)
  const epoch = handedOver.epoch + 1
  await putFence(to.db, account, fenceAt(to, epoch, { primary: to.name }))
  const refusedMs = move.fence.primary === undefined ? undefined : to.db.clock() - begun
  await tellHistory(operation, to, account, {
    method: 'FAILOVER',
    detail: `Moved from ${from.name} to ${to.name} as planned, epoch ${epoch}`,
  })
  const seconds = refusedMs === undefined ? '' : `, changes were refused for ${(refusedMs / 1000).toFixed(1)} s`
  tell(`account ${account}: ${to.name} is primary, epoch ${epoch}${seconds}`)
  return { account, from: from.name, epoch, ...(refusedMs !== undefined && { refusedMs }) }
}

/** Whether something is queued that can be done now: the rest of deleted users waits for its time, in whichever region. */
async function hasWork({ db }: Site, account: string): Promise<boolean> {
  const heads = await listHeads(db, account)
  return heads.some((head) => head.kind === 'GROUP' || head.due <= db.clock())
}

/** Nobody takes changes from now on; where that is so already, from a run before this one, it stays. */
async function handOver({ sites }: Operation, { account, from, fence }: Move, to: Site): Promise<Fence> {
  const isHandedOver = fence.primary === undefined && fence.draining === from.name && fence.to === to.name
  // A run that was killed may have put a part of it: all of it is put again.
  const epoch = isHandedOver ? fence.epoch : fence.epoch + 1
  const handedOver = { ...fenceAt(from, epoch, {}), draining: from.name, to: siteOf(sites, to.name).name }
  await putFence(from.db, account, handedOver)
  return handedOver
}

const fenceAt = ({ db }: Site, epoch: number, fence: Partial<Fence>): Fence => ({
  ...fence,
  epoch,
  since: new Date(db.clock()).toISOString(),
})

/**
 * Makes a region primary at once, where the other is lost: what had not arrived by then is missing, and `report` tells it
 * when that table can be read again. The other one is fenced too where its table answers.
 */
export async function promoteUnplanned(
  operation: Operation,
  { to: name, account: only }: Omit<PromoteOptions, 'waitMs'>,
): Promise<Moved[]> {
  const { sites, tell } = operation
  const to = siteOf(sites, name)
  if (!(await isReachable(to))) throw new Failure(`The table of ${to.name} does not answer: it cannot be promoted`)
  const others = await reachableOf(othersOf(sites, to.name))
  return locked(operation, [to, ...others], async (beat) => {
    const accounts = only === undefined ? await accountsOf(to) : [only]
    const moves = await findMoves(sites, to, accounts, [to, ...others])
    if (moves.length === 0) throw new Failure(`${to.name} is the primary region already`)
    const moved: Moved[] = []
    for (const { account, from, fence } of moves) {
      await beat()
      const epoch = fence.epoch + 1
      const next = fenceAt(to, epoch, { primary: to.name })
      await putFence(to.db, account, next)
      for (const other of others) await putFence(other.db, account, next)
      await tellHistory(operation, to, account, {
        method: 'FAILOVER',
        detail: `Taken over from ${from.name} by ${to.name} without it, epoch ${epoch}`,
      })
      tell(`account ${account}: ${to.name} is primary, epoch ${epoch}`)
      moved.push({ account, from: from.name, epoch })
    }
    return moved
  })
}

/** Puts into a region's own table what the others say: for one that came back, or that its clients still reach. */
export async function fenceRegion(operation: Operation, name: string): Promise<Moved[]> {
  const { sites } = operation
  const site = siteOf(sites, name)
  if (!(await isReachable(site))) throw new Failure(`The table of ${name} does not answer: it cannot be fenced`)
  const asked = [site, ...(await reachableOf(othersOf(sites, name)))]
  const moved: Moved[] = []
  for (const account of await accountsOf(site)) {
    const fence = await latestFence(asked, account, homeOf(sites))
    if (fence.primary === name || fence.epoch === 0) continue
    await putFence(site.db, account, fence)
    moved.push({ account, from: name, epoch: fence.epoch })
    operation.tell(`account ${account}: ${name} takes no changes, ${fence.primary ?? fence.to} is primary`)
  }
  if (moved.length === 0) throw new Failure(`No account has another primary region than ${name}`)
  return moved
}

async function locked<T>(
  { actor }: Operation,
  sites: readonly Site[],
  run: (beat: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const lock = await takeLock(sites, randomUUID(), actor)
  try {
    return await run(lock.beat)
  } finally {
    await lock.release()
  }
}

/** Whether something comes true in time; asked once at least. */
async function within(
  clock: () => number,
  pause: Operation['pause'],
  waitMs: number,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  for (const until = clock() + waitMs; ; ) {
    if (await isSo()) return true
    if (clock() >= until) return false
    await pause(MOVE_POLL_MS)
  }
}
