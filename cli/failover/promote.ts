import { Failure } from '../failure.ts'
import { epochBeyond, nextEpoch } from './epochs.ts'
import { type Moved, moveAccount, requireArriving } from './move-account.ts'
import { isReachable, reachableOf } from './reachable.ts'
import { locked, putHeld, type Run, tellMove } from './run.ts'
import { type Operation, othersOf, type Site, siteOf } from './sites.ts'
import { accountsIn, type Standing, standingOf, UNMET } from './standing.ts'

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
  return locked(operation, sites.all, (run) =>
    promoteAll({ run, to, asked: sites.all, only: options.account }, async (standings) => {
      await requireArriving(run, standings, to, options.waitMs)
      const moved: Moved[] = []
      for (const { account } of standings) {
        // What was read before the wait may be old.
        const standing = await standingOf(sites, sites.all, account)
        if (standing.fence.primary !== to.name) moved.push(await moveAccount(run, standing, to, options.waitMs))
      }
      return moved
    }),
  )
}

/**
 * Makes a region primary at once, where the other is lost: what had not arrived by then is missing, and `report` tells it
 * when that table can be read again. Where that does answer it is fenced first, so that it takes nothing after the new one does.
 */
export async function promoteUnplanned(
  operation: Operation,
  { to: name, account: only }: Omit<PromoteOptions, 'waitMs'>,
): Promise<Moved[]> {
  const { sites, tell } = operation
  const to = siteOf(sites, name)
  if (!(await isReachable(to))) throw new Failure(`The table of ${to.name} does not answer: it cannot be promoted`)
  const asked = [...(await reachableOf(othersOf(sites, to.name))), to]
  return locked(operation, asked, (run) =>
    promoteAll({ run, to, asked, only, isUnplanned: true }, async (standings) => {
      const moved: Moved[] = []
      for (const standing of standings) {
        const { account, fence } = standing
        const from = fence.primary ?? fence.draining ?? ''
        const epoch = epochBeyond(sites, to.name, standing.top)
        const at = new Date(to.db.clock()).toISOString()
        const next = { primary: to.name, epoch, since: at, from, lost: { epoch, at } }
        await settle(run, { ...standing, fence: next, whole: new Set() }, { asked, over: standing.top })
        await tellMove(run, to, account, next)
        tell(`account ${account}: ${to.name} is primary, epoch ${epoch}`)
        moved.push({ account, from, epoch })
      }
      return moved
    }),
  )
}

interface Promotion {
  run: Run
  to: Site
  /** Those whose tables answer, in the order in which they hear of a fence. */
  asked: readonly Site[]
  only: string | undefined
  isUnplanned?: true
}

/**
 * Moves the accounts that another region has, ends what a run that was killed had begun with others, and says of accounts that
 * nobody here has met whose they are. @throws {Failure} where there was nothing to do.
 */
async function promoteAll(promotion: Promotion, move: (standings: Standing[]) => Promise<Moved[]>): Promise<Moved[]> {
  const { run, to, asked, only } = promotion
  const moved: Moved[] = []
  const met = new Set<string>()
  // Of one that was made meanwhile the next look hears.
  for (let accounts = await accountsIn(asked, only); accounts.length > 0; ) {
    const standings: Standing[] = []
    for (const account of accounts) standings.push(await standingOf(run.sites, asked, account))
    const isTheirs = ({ fence }: Standing) => fence.primary === to.name
    moved.push(...(await endMoves(promotion, standings.filter(isTheirs))))
    const others = standings.filter((standing) => !isTheirs(standing))
    if (others.length > 0) moved.push(...(await move(others)))
    for (const account of accounts) met.add(account)
    accounts = (await accountsIn(asked, only)).filter((account) => !met.has(account))
  }
  const isPut = only === undefined && (await putUnmet(promotion))
  if (moved.length === 0 && !isPut) throw new Failure(`${to.name} is the primary region already`)
  return moved
}

/** Of accounts that the region has by some fence already: puts it where it does not stand whole, and tells the history. */
async function endMoves({ run, to, asked }: Promotion, standings: readonly Standing[]): Promise<Moved[]> {
  const ended: Moved[] = []
  for (const standing of standings) {
    const { account, fence, whole } = standing
    await settle(run, standing, { asked, over: standing.top })
    await tellMove(run, to, account, fence)
    if (whole.size === asked.length) continue
    run.tell(`account ${account}: ${to.name} is primary, epoch ${fence.epoch}, in all tables that answer`)
    ended.push({ account, from: fence.from ?? '', epoch: fence.epoch })
  }
  return ended
}

/** Puts a fence where it does not stand whole yet. */
async function settle(
  run: Run,
  { account, fence, whole }: Pick<Standing, 'account' | 'fence' | 'whole'>,
  { asked, over }: { asked: readonly Site[]; over: number },
): Promise<void> {
  for (const site of asked) if (!whole.has(site)) await putHeld(run, site, account, fence, over)
}

/** Accounts that a lost region made are the promoted one's, once somebody meets them. @returns whether that was new. */
async function putUnmet({ run, to, asked, isUnplanned }: Promotion): Promise<boolean> {
  const standing = await standingOf(run.sites, asked, UNMET)
  const { top, whole } = standing
  const isTheirs = standing.fence.primary === to.name
  if (isTheirs && whole.size === asked.length) return false
  const since = new Date(to.db.clock()).toISOString()
  const epoch = (isUnplanned ? epochBeyond : nextEpoch)(run.sites, to.name, top)
  const next = { primary: to.name, epoch, since, ...(isUnplanned && { lost: { epoch, at: since } }) }
  await settle(run, isTheirs ? standing : { ...standing, fence: next, whole: new Set() }, { asked, over: top })
  return true
}
