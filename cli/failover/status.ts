import { listHeads } from '../../shared/store/groups/heads.ts'
import { getBeat, getMarkers, putMarkers } from '../../shared/store/regions/marker.ts'
import type { Ringing } from './alarms.ts'
import { lockedBy } from './lock.ts'
import { isReachable } from './reachable.ts'
import { accountsOf, type Operation, othersOf, type Site, type Sites } from './sites.ts'
import { standingOf } from './standing.ts'

/** How long is waited for what is on its way, if nothing else is said. */
const LAG_MS = 5_000
const LAG_POLL_MS = 50

/** How a region stands. */
export interface RegionStatus {
  region: string
  /** Whether its table answers. */
  isReachable: boolean
  /** Accounts of which it is primary by its own table, and those that it hands over. */
  primaryOf: string[]
  handsOver: string[]
  /** Accounts whose newest fence does not stand whole in its table: it has not heard of it, or whoever put it was killed. */
  unsettled: string[]
  /** Who has the lock of its failovers: one is going on, or was killed. */
  movedBy?: string
  /** The highest epoch of its fences. */
  epoch: number
  /** Groups and deleted users with work left. */
  openChanges: number
  /** Milliseconds until what it writes was in the other region; none where it did not arrive in time, or nobody answers. */
  lagMs?: number
  /** The last sign of it that any other region has: ISO 8601. */
  lastHeard?: string
  /** Those that ring there; none where there is no CloudWatch, or they are not known. */
  alarms?: readonly Ringing[]
  /** Why they are not known. */
  alarmsUnknown?: string
}

/** How all regions stand; writes markers and nothing else. */
export async function statusOf(operation: Operation, waitMs = LAG_MS): Promise<RegionStatus[]> {
  const { sites } = operation
  const reachable = new Map(
    await Promise.all(sites.all.map(async (site) => [site.name, await isReachable(site)] as const)),
  )
  return Promise.all(
    sites.all.map((site) => regionStatus({ ...operation, waitMs }, site, (name) => reachable.get(name) ?? false)),
  )
}

type Waiting = Operation & { waitMs: number }

async function regionStatus(operation: Waiting, site: Site, answers: (name: string) => boolean): Promise<RegionStatus> {
  const { sites } = operation
  const others = othersOf(sites, site.name).filter(({ name }) => answers(name))
  const alarms = alarmsOf(operation, site)
  const beats = await Promise.all(others.map(({ db }) => getBeat(db, site.name)))
  const last = Math.max(...beats.flatMap((at) => at ?? []))
  const known = {
    region: site.name,
    isReachable: answers(site.name),
    ...(Number.isFinite(last) && { lastHeard: new Date(last).toISOString() }),
    ...(await alarms),
  }
  const nothing = { primaryOf: [], handsOver: [], unsettled: [], epoch: 0, openChanges: 0 }
  if (!known.isReachable) return { ...known, ...nothing }
  const asked = [site, ...others]
  const [own, lagMs] = await Promise.all([ownStatus(sites, site, asked), slowest(operation, site, others)])
  return { ...known, ...own, ...(lagMs !== undefined && { lagMs }) }
}

/** Whoever may not ask for alarms sees the rest. */
async function alarmsOf(
  { alarms }: Operation,
  { name }: Site,
): Promise<Pick<RegionStatus, 'alarms' | 'alarmsUnknown'>> {
  if (!alarms) return {}
  try {
    return { alarms: await alarms(name) }
  } catch (error) {
    return { alarmsUnknown: `CloudWatch of ${name} does not say which alarms ring: ${(error as Error).message}` }
  }
}

type Own = Pick<RegionStatus, 'primaryOf' | 'handsOver' | 'unsettled' | 'epoch' | 'openChanges' | 'movedBy'>

async function ownStatus(sites: Sites, site: Site, asked: readonly Site[]): Promise<Own> {
  const { name, db } = site
  const by = await lockedBy(site)
  const none = { primaryOf: [], handsOver: [], unsettled: [], epoch: 0, openChanges: 0 }
  const status: Own = { ...none, ...(by !== undefined && { movedBy: by }) }
  for (const account of await accountsOf(site)) {
    const { read, whole } = await standingOf(sites, asked, account)
    const { primary, draining, epoch } = read.get(site) ?? { epoch: 0 }
    if (!whole.has(site)) status.unsettled.push(account)
    if (primary === name) status.primaryOf.push(account)
    if (draining === name) status.handsOver.push(account)
    status.epoch = Math.max(status.epoch, epoch)
    status.openChanges += (await listHeads(db, account)).length
  }
  return status
}

/** How long a marker takes to the slowest of some regions; none where there is none, or one does not get it. */
async function slowest(operation: Waiting, from: Site, others: readonly Site[]): Promise<number | undefined> {
  if (others.length === 0) return undefined
  const begun = from.db.clock()
  const at = await putMarkers(from.db, from.name, begun)
  for (const until = begun + operation.waitMs; ; ) {
    const arrived = await Promise.all(others.map(({ db }) => getMarkers(db, from.name)))
    if (arrived.every((one) => (one ?? 0) >= at)) return Math.max(0, from.db.clock() - begun)
    if (from.db.clock() >= until) return undefined
    await operation.pause(LAG_POLL_MS)
  }
}
