import type { Operation } from '../../cli/failover/sites.ts'
import { listAccounts } from '../../shared/store/accounts.ts'
import type { Db } from '../../shared/store/client.ts'
import { listDue, runSlice } from '../../shared/worker/work.ts'
import type { TestRegion, TwoRegions } from './two-regions.ts'

/** The table of a region as its operator reaches it. */
export const operatorDb = ({ db: { region: _, ...db } }: TestRegion): Db => db

/** The work of a region's own worker, as far as its fence lets it. */
export async function work({ db }: TestRegion): Promise<void> {
  for (const account of await listAccounts(db, Number.POSITIVE_INFINITY))
    for (const due of await listDue(db, account)) await runSlice(db, due, db.clock() + 30_000)
}

/** What an operator of two regions has; while it waits both regions go on: their workers, and what is on its way between them. */
export function operation(regions: TwoRegions, { works = true, delivers = true } = {}): Operation & { said: string[] } {
  const { home, other } = regions
  const said: string[] = []
  // Time passes while the operator waits, and not while the machine is busy.
  let now = Date.now()
  const clock = () => now
  return {
    sites: { all: [home, other].map((region) => ({ name: region.name, db: { ...operatorDb(region), clock } })) },
    actor: 'arn:aws:iam::000000000000:user/operator',
    said,
    tell: (text) => said.push(text),
    progress: () => {},
    // Whoever waits gives a sign each time; a process that stands still does nothing beside it.
    steadily: () => () => {},
    pause: async (ms) => {
      now += ms
      if (works) for (const region of [home, other]) await work(region)
      if (delivers) await regions.replicateSome(200)
    },
  }
}

/** A table whose process is dead from a call on. */
export function dyingDb(db: Db, isDead: () => boolean): Db {
  const send = (...args: unknown[]) => {
    if (isDead()) throw Object.assign(new Error('The process has died'), { name: 'Died' })
    return (db.client.send as (...given: unknown[]) => unknown)(...args)
  }
  return { ...db, client: Object.create(db.client, { send: { value: send } }) }
}

/** A table of a region that is lost. */
export const deadDb = (db: Db): Db => dyingDb(db, () => true)
