import { requireOpen } from '../../shared/store/regions/fenced.ts'
import { Region } from '../../shared/store/regions/region.ts'
import { dropLeftLookups } from '../mend/left-lookups.ts'
import { repairAccess } from './access/set-back.ts'
import { eventsSince } from './compare.ts'
import { historiesOf } from './history.ts'
import { findMoved } from './moved.ts'
import { repairObjects } from './repair-objects.ts'
import { repairRest } from './repair-rest.ts'
import type { Repaired } from './repaired.ts'
import type { Operation, Site } from './sites.ts'

export interface RepairOptions {
  /** All if not given. */
  account?: string | undefined
  /** How long before the last sign of the region that was lost the history is looked at, in milliseconds. */
  windowMs?: number | undefined
  isDryRun?: boolean
}

/**
 * Makes a whole of what item-by-item replication tore, in the tables of the regions that are primary, account by account:
 * objects by their history, of which the newer epoch decides, and then what follows from them. Others may write
 * meanwhile. Done again it finds nothing. @throws {Failure} where the table of a primary region does not answer.
 */
export async function runRepair(operation: Operation, options: RepairOptions = {}): Promise<Repaired[]> {
  const rows: Repaired[] = []
  const swept = new Set<Site>()
  for (const { account, site, others, since } of await findMoved(operation, options.account, options.windowMs)) {
    const db = { ...site.db, region: new Region({ own: site.name, all: operation.sites.all.map(({ name }) => name) }) }
    await requireOpen(db, db.region, account)
    operation.progress(`account ${account}: its objects are held against their history`)
    const place = { db, account, actor: operation.actor }
    const events = await eventsSince(db, account, since)
    const told = (await Promise.all(others.map((other) => eventsSince(other.db, account, since)))).flat()
    const [histories, elsewhere] = [historiesOf(events), historiesOf(told)]
    const repair = { place, others, isDryRun: options.isDryRun ?? false, rows, made: [], histories, elsewhere }
    await repairAccess(repair, { events, elsewhere: told })
    await repairObjects(repair)
    operation.progress(`account ${account}: names, counters and memberships are checked`)
    await repairRest(repair)
    swept.add(site)
  }
  if (!options.isDryRun) for (const { db } of swept) await dropLeftLookups(db)
  return rows
}
