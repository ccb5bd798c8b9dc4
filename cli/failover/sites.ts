import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { DEFAULT_ACCOUNT } from '../../shared/auth/account.ts'
import { listAccounts } from '../../shared/store/accounts.ts'
import type { Db } from '../../shared/store/client.ts'
import { putEvent } from '../../shared/store/events/write.ts'
import { newId } from '../../shared/store/new-id.ts'
import { getRegions } from '../../shared/store/regions/marker.ts'
import { Region } from '../../shared/store/regions/region.ts'
import { UsageError } from '../failure.ts'
import type { Ringing } from './alarms.ts'
import { reachableOf } from './reachable.ts'
import { sayLastHeard } from './takeover.ts'

/** One region of a deployment, as its operator reaches it: past its functions, and past its fences. */
export interface Site {
  name: string
  db: Db
}

/** The regions of a deployment; the first is primary of each account without a fence. */
export interface Sites {
  all: readonly Site[]
}

/** What a failover needs besides: who does it, who tells alarms, who hears how far it came, and how it waits. */
export interface Operation {
  sites: Sites
  actor: string
  /** The alarms of a region that ring; none where there is no CloudWatch. */
  alarms?: ((region: string) => Promise<Ringing[]>) | undefined
  tell(text: string): void
  progress(text: string): void
  pause(ms: number): Promise<void>
  /** Has something done again and again beside the rest. @returns what ends it. */
  steadily(ms: number, run: () => void): () => void
}

export const homeOf = ({ all: [first] }: Sites): string => first?.name ?? ''

/** @throws {UsageError} naming those there are. */
export function siteOf({ all }: Sites, name: string): Site {
  const found = all.find((site) => site.name === name)
  if (found) return found
  throw new UsageError(`There is no region "${name}": the deployment has ${all.map((site) => site.name).join(', ')}`)
}

/**
 * Nobody takes another region for the first: the services say of each which regions there are, in their order.
 * @throws {UsageError} where that is another one.
 */
export async function requireOrder(all: readonly Site[]): Promise<void> {
  const given = all.map(({ name }) => name).join()
  const answering = await reachableOf(all)
  const said = await Promise.all(answering.flatMap(({ db }) => all.map(({ name }) => getRegions(db, name))))
  const known = said.flatMap((regions) => (regions ? [regions.join()] : []))
  if (known.length > 0 && !known.includes(given))
    throw new UsageError(`The deployment has other regions, or in another order: give --regions ${known[0]}`)
}

/** The others, of which there is one as a rule. */
export const othersOf = ({ all }: Sites, name: string): Site[] => all.filter((site) => site.name !== name)

/** Every account, the default one first: where that is fenced nobody makes another. */
export async function accountsOf({ db }: Site): Promise<string[]> {
  const names = await listAccounts(db, Number.POSITIVE_INFINITY)
  return [DEFAULT_ACCOUNT, ...names.filter((name) => name !== DEFAULT_ACCOUNT)]
}

/** Writes an event of the operator's into an account's history, as of that region. */
export async function tellHistory(
  { sites, actor }: Operation,
  { name, db }: Site,
  account: string,
  what: Pick<RestEvent, 'method' | 'detail'> & Partial<RestEvent>,
): Promise<void> {
  const now = new Date(db.clock())
  const others = sites.all.filter((site) => site.name !== name)
  const isTakeover = what.method === 'FAILOVER' && what.detail?.startsWith('Taken over')
  const detail = `${what.detail}${isTakeover ? await sayLastHeard({ name, db }, others) : ''}`
  const region = new Region({ own: name, all: sites.all.map((site) => site.name) })
  await putEvent(
    { ...db, region },
    {
      ...{ eventId: newId(now), account, time: now.toISOString(), type: 'ADMIN', endpoint: 'failover', status: 200 },
      ...{ actorName: actor, actorDomain: 'IAM', clientIp: 'none' },
      ...{ resourceDomain: 'ACCOUNT', resourceId: account, resourceName: account },
      ...{ ...what, detail },
    },
  )
}
