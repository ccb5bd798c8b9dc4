import { Failure } from '../failure.ts'
import { reachableOf } from './reachable.ts'
import { type Operation, othersOf, type Site, siteOf } from './sites.ts'
import { accountsIn, standingOf } from './standing.ts'
import { lastTakeover, type Takeover, windowBegin } from './takeover.ts'

const WINDOW_MS = 3_600_000

/** An account that a failover has moved, where it is, and since when its history is looked at: epoch milliseconds. */
export interface MovedAccount {
  account: string
  site: Site
  /** Other regions whose tables answer. */
  others: Site[]
  /** Those whose tables do not. */
  lost: Site[]
  since: number
  /** Changes of older ones may not have arrived, or late. */
  epoch: number
  takenOverAt: string
  /** The last move without the other region; none where all were planned. */
  takeover?: Takeover | undefined
}

/** @throws {Failure} where the table of a primary region does not answer. */
export async function findMoved(
  { sites }: Operation,
  only: string | undefined,
  windowMs = WINDOW_MS,
): Promise<MovedAccount[]> {
  const reachable = await reachableOf(sites.all)
  if (reachable.length === 0) throw new Failure('No region answers')
  const moved: MovedAccount[] = []
  for (const account of await accountsIn(reachable, only)) {
    const { fence } = await standingOf(sites, reachable, account)
    if (fence.epoch === 0) continue
    if (fence.primary === undefined)
      throw new Failure(`The account "${account}" is handed over: end that first, with rolecall failover promote`)
    const site = siteOf(sites, fence.primary)
    if (!reachable.includes(site))
      throw new Failure(`The table of ${site.name} does not answer: it is the primary of account "${account}"`)
    const others = othersOf(sites, site.name)
    // What is moved as planned later on, or given back, shifts nothing.
    const takeover = await lastTakeover(site.db, account)
    const isLast = takeover === undefined || takeover.epoch === fence.epoch
    const takenOverAt = (isLast ? fence.since : takeover.at) ?? new Date(site.db.clock()).toISOString()
    moved.push({
      ...{ account, site, epoch: takeover?.epoch ?? fence.epoch, takenOverAt, takeover },
      since: windowBegin(takeover, takenOverAt, windowMs),
      others: others.filter((other) => reachable.includes(other)),
      lost: others.filter((other) => !reachable.includes(other)),
    })
  }
  return moved
}
