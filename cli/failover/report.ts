import type { Change, RestEvent } from '../../shared/audit/rest-event.ts'
import { foldName } from '../../shared/scim/fold.ts'
import { nameOf } from '../../shared/store/claims.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import { epochOf, regionOf } from '../../shared/store/regions/region.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import type { ListView } from '../output.ts'
import type { SetBack } from './access/plan.ts'
import { planAccess } from './access/set-back.ts'
import { eventsSince } from './compare.ts'
import { historiesOf, isChange, REPAIR, type Told } from './history.ts'
import { findMoved, type MovedAccount } from './moved.ts'
import { runRepair } from './repair.ts'
import { closingOf } from './revocations.ts'
import { homeOf, type Operation } from './sites.ts'
import { listPartings, type Parting } from './twins.ts'
import { unheldOf } from './unheld.ts'

export interface ReportOptions {
  /** All if not given. */
  account?: string | undefined
  /** How long before the last sign of the region that was lost is looked at, in milliseconds; an hour if not given, and then of the last failover alone. */
  windowMs?: number | undefined
}

/**
 * What became of a change of a region that was primary before: `revocation` shuts somebody out who is let in still; `missing`
 * is not in the table of the region that is primary now; `lost` arrived there, and newer changes stand in its place; `torn` arrived in part,
 * and is what `repair` makes whole; `late` arrived after the failover, and holds.
 */
export interface Reported {
  account: string
  what: 'revocation' | 'missing' | 'lost' | 'torn' | 'late'
  time: string
  /** Where it was written. */
  region: string
  event: string
  method: string
  actor: string
  type: string
  id: string
  name: string
  says: string
  /** The command that makes it again. */
  mend?: string
}

/** Those that something is to be done about; what came late and holds is worth knowing. */
export const isToDo = ({ what }: Reported): boolean => what !== 'late'

export const REPORT_VIEW: ListView<Reported> = {
  table: [
    { header: 'ACCOUNT', get: ({ account }) => account },
    { header: 'WHAT', get: ({ what }) => what },
    { header: 'TIME', get: ({ time }) => time },
    { header: 'METHOD', get: ({ method }) => method },
    { header: 'TYPE', get: ({ type }) => type },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'ACTOR', get: ({ actor }) => actor },
  ],
  csv: [
    { header: 'ACCOUNT', get: ({ account }) => account },
    { header: 'WHAT', get: ({ what }) => what },
    { header: 'TIME', get: ({ time }) => time },
    { header: 'REGION', get: ({ region }) => region },
    { header: 'EVENT_ID', get: ({ event }) => event },
    { header: 'METHOD', get: ({ method }) => method },
    { header: 'ACTOR', get: ({ actor }) => actor },
    { header: 'TYPE', get: ({ type }) => type },
    { header: 'ID', get: ({ id }) => id },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'SAYS', get: ({ says }) => says },
    { header: 'MEND', get: ({ mend }) => mend },
  ],
  below: ({ says, mend }) => [says, ...(mend ? [`→ ${mend}`] : [])].join('\n'),
}

/**
 * What the regions that were primary before acknowledged, and what became of it in the region that is primary now; who
 * was shut out and may be in again first. Without the table of the other region it says what it cannot know.
 * @throws {Failure} where the table of a primary region does not answer.
 */
export async function runReport(operation: Operation, { account, windowMs }: ReportOptions = {}): Promise<Reported[]> {
  const rows: Reported[] = []
  for (const moved of await findMoved(operation, account, windowMs)) {
    for (const { name } of moved.lost)
      operation.tell(
        `account ${moved.account}: the table of ${name} does not answer: what was written there and did not arrive in ${moved.site.name} is not known. Shown is what arrived in part or was overwritten; run this again when it answers`,
      )
    operation.progress(`account ${moved.account}: the histories are held against each other`)
    const found = await reportAccount(operation, moved, windowMs === undefined)
    if (moved.lost.length === 0) rows.push(...found)
    else rows.push(...found.filter(({ what }) => what !== 'torn'), ...(await listTorn(operation, moved, windowMs)))
  }
  const order = ['revocation', 'missing', 'lost', 'torn', 'late']
  return rows.sort((a, b) => order.indexOf(a.what) - order.indexOf(b.what) || (a.time < b.time ? -1 : 1))
}

async function reportAccount({ sites }: Operation, moved: MovedAccount, isLast: boolean): Promise<Reported[]> {
  const { account, site, others, since, epoch, takeover } = moved
  const taker = takeover?.to ?? site.name
  const home = homeOf(sites)
  const here = await eventsSince(site.db, account, since)
  const there = (await Promise.all(others.map(({ db }) => eventsSince(db, account, since)))).flat()
  const arrived = new Set(here.map(({ eventId }) => eventId))
  const histories = historiesOf(here)
  const all = [...here, ...there.filter(({ eventId }) => !arrived.has(eventId))]
  const old = all.filter((event) => isChange(event) && event.method !== REPAIR && regionOf(event.wrote, home) !== taker)
  const elsewhere = historiesOf(there)
  const violations = old.length === 0 ? [] : await checkAll(site.db, account)
  const partings = await listPartings({ db: site.db, account, histories, elsewhere, violations })
  const rows: Reported[] = []
  for (const event of new Map(old.map((one) => [one.eventId, one])).values()) {
    const told = { event, epoch: epochOf(event.wrote) }
    // What was told of failovers before is not told again, but where it is asked for.
    if (told.epoch >= epoch || (isLast && told.epoch < (takeover?.reign ?? 0))) continue
    const row = await judge(moved, told, { histories, partings, hasArrived: arrived.has(event.eventId) })
    if (row) rows.push({ ...toReported(account, event, regionOf(event.wrote, home)), ...row })
  }
  const isTold = ({ loser }: Parting) => rows.some(({ id, what }) => id === loser.id && what === 'lost')
  rows.push(...partings.filter((one) => !isTold(one)).map((one) => toTwin(moved, one)))
  const planned = await planAccess(site.db, account, { events: here, elsewhere: there })
  return withAccess(moved, home, rows, planned)
}

/** Who loses a name of which no event of the old region tells. */
const toTwin = ({ account, site, takenOverAt }: MovedAccount, { loser, says }: Parting): Reported => ({
  ...{ account, what: 'lost', time: takenOverAt, region: site.name, event: '', method: '', actor: '' },
  ...{ type: loser.type.auditWord, id: loser.id, name: nameOf(loser), says, mend: 'rolecall failover repair' },
})

/**
 * Who gets in and would not, were all as its history wants it, and what else of tokens, integrations and policies a repair sets
 * back: changes of the region that is primary now too, where a late write came over them.
 */
function withAccess(
  { account, site, takenOverAt }: MovedAccount,
  home: string,
  rows: readonly Reported[],
  planned: readonly SetBack[],
): Reported[] {
  // What follows from other rows is told by the repair.
  const causes = planned.filter(({ what }) => what !== 'mended')
  const found = causes.map(({ what, type, id, name, says, cause }): Reported => {
    const at = { account, time: takenOverAt, region: site.name, event: '', method: '', actor: '' }
    const of = cause ? toReported(account, cause, regionOf(cause.wrote, home)) : at
    const isShut = what === 'shut out'
    const why = isShut ? `it is not so in ${site.name}` : `not as its history has it in ${site.name}`
    const row = { ...at, ...of, type, id, name, what: isShut ? 'revocation' : 'torn' } as const
    return what === 'left' ? { ...row, says } : { ...row, says: `${says}: ${why}`, mend: 'rolecall failover repair' }
  })
  // Whoever was shut out there is told of already, with the command that does it again.
  const isTold = ({ event }: Reported) =>
    event !== '' && rows.some((row) => row.event === event && row.what === 'revocation')
  const added = found.filter((row) => !isTold(row))
  const isReplaced = ({ event, what }: Reported) => what === 'late' && added.some((row) => row.event === event)
  return [...rows.filter((row) => !isReplaced(row)), ...added]
}

const toReported = (account: string, event: RestEvent, region: string) => ({
  ...{ account, time: event.time, region, event: event.eventId, method: event.method, actor: event.actorName },
  ...{ type: event.resourceDomain ?? '', id: event.resourceId ?? '', name: event.resourceName ?? '' },
})

type Judged = Pick<Reported, 'what' | 'says' | 'mend'>

interface Known {
  /** Of the region that is primary now. */
  histories: ReadonlyMap<string, readonly Told[]>
  /** What is to become of those that have one name. */
  partings: readonly Parting[]
  hasArrived: boolean
}

async function judge(moved: MovedAccount, told: Told, known: Known): Promise<Judged | undefined> {
  const { site, takenOverAt } = moved
  const { event } = told
  const closing = closingOf(event)
  if (closing && !(await closing.isSo(site.db, known.hasArrived)))
    return { what: 'revocation', says: `${closing.says}, and is not so in ${site.name}`, mend: closing.mend }
  if (!known.hasArrived) return { what: 'missing', says: `it is not in the table of ${site.name}` }
  const history = known.histories.get(event.resourceId ?? '') ?? []
  const unheld = await unheldOf({ db: site.db, account: event.account, takenOverAt, history }, told)
  const taken = known.partings.find((parting) => losesName(parting, event))
  if (!unheld && taken) return { what: 'lost', says: taken.says, mend: 'rolecall failover repair' }
  if (unheld) return { ...unheld, ...(unheld.what === 'torn' && { mend: 'rolecall failover repair' }) }
  return event.time >= takenOverAt
    ? { what: 'late', says: `it was written after ${site.name} took over, and holds there` }
    : undefined
}

/** Whether an event gave a name that another object has. */
const losesName = ({ loser, name: { path, attribute } }: Parting, { resourceId, changes = [] }: RestEvent): boolean =>
  loser.id === resourceId && changes.some((change) => change.attribute === path && isName(loser, attribute, change))

const isName = (loser: StoredResource, attribute: string, { after }: Change): boolean =>
  typeof after === 'string' && foldName(after) === foldName(nameOf(loser, attribute))

/** What arrived in part, as far as the table that is left can tell. */
async function listTorn(operation: Operation, moved: MovedAccount, windowMs: number | undefined): Promise<Reported[]> {
  const planned = await runRepair(operation, { account: moved.account, windowMs, isDryRun: true })
  return planned
    .filter(({ what }) => what !== 'shut out')
    .map(({ account, what, type, id, name, says }) => ({
      ...{ account, what: 'torn', time: moved.takenOverAt, region: moved.lost[0]?.name ?? '', event: '', method: '' },
      ...{ actor: '', type, id, name, says: `${what}: ${says}`, mend: 'rolecall failover repair' },
    }))
}
