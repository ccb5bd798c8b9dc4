import { Failure } from '../failure.ts'
import { reachableOf } from './reachable.ts'
import { type Operation, othersOf, type Site, siteOf } from './sites.ts'
import { accountsIn, standingOf } from './standing.ts'

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
  epoch: number
  takenOverAt: string
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
    const takenOverAt = fence.since ?? new Date(site.db.clock()).toISOString()
    moved.push({
      ...{ account, site, epoch: fence.epoch, takenOverAt, since: Date.parse(takenOverAt) - windowMs },
      others: others.filter((other) => reachable.includes(other)),
      lost: others.filter((other) => !reachable.includes(other)),
    })
  }
  return moved
}
