import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { NOBODY } from '../../shared/resources/undo/commit-back.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import { batchGet } from '../../shared/store/batch.ts'
import { claimsOf, nameOf } from '../../shared/store/claims.ts'
import { getEvent } from '../../shared/store/events/history.ts'
import { putEventAction } from '../../shared/store/events/write.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import type { Violation } from '../../shared/store/invariants/violation.ts'
import { resourceKey } from '../../shared/store/keys.ts'
import { getFence } from '../../shared/store/regions/fence.ts'
import { requireOpen } from '../../shared/store/regions/fenced.ts'
import { epochOf, Region } from '../../shared/store/regions/region.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import { getResource } from '../../shared/store/resources.ts'
import { type Actions, ConditionsFailed, transact } from '../../shared/store/transaction.ts'
import { Failure } from '../failure.ts'
import { dropLeftLookups } from '../mend/left-lookups.ts'
import { mendAccount } from '../mend/mend.ts'
import type { ListView } from '../output.ts'
import { commitDelete, commitMade, type Place, toRepairEvent } from './commit-plan.ts'
import { eventsSince } from './compare.ts'
import { historiesOf, isRepair, REPAIR, type Told } from './history.ts'
import { adoptOrphan, listOrphans, sayOrphan } from './orphans.ts'
import { isDeletion, type Plan, planObject, type Subject, versionBehind } from './plan-object.ts'
import { reachableOf } from './reachable.ts'
import { accountsOf, homeOf, type Operation, othersOf, type Site, siteOf } from './sites.ts'

const { User, Group } = RESOURCE_TYPES
const WINDOW_MS = 3_600_000
/** How often an object is looked at again that others change meanwhile. */
const ATTEMPTS = 5
/** What a region that does not answer may have made of one object, in versions. */
const UNSEEN_VERSIONS = 1000

export interface RepairOptions {
  /** All if not given. */
  account?: string | undefined
  /** How long before the last failover the history is looked at, in milliseconds. */
  windowMs?: number | undefined
  isDryRun?: boolean
}

/** One thing that was repaired, would be, or could not be: `left`. */
export interface Repaired {
  account: string
  what: Plan['what'] | 'mended'
  type: string
  id: string
  name: string
  says: string
}

/** A table has room for the kind of repair and the object; sentences stand below. */
export const REPAIR_VIEW: ListView<Repaired> = {
  table: [
    { header: 'ACCOUNT', get: ({ account }) => account },
    { header: 'REPAIR', get: ({ what }) => what },
    { header: 'TYPE', get: ({ type }) => type },
    { header: 'ID', get: ({ id }) => id },
    { header: 'NAME', get: ({ name }) => name },
    { header: 'SAYS', get: ({ says }) => says, isWhole: true },
  ],
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
    const histories = historiesOf(await eventsSince(db, account, since))
    const told = await Promise.all(others.map((other) => eventsSince(other.db, account, since)))
    const elsewhere = historiesOf(told.flat())
    const repair = { place, others, isDryRun: options.isDryRun ?? false, rows, histories, elsewhere }
    await repairObjects(repair)
    operation.progress(`account ${account}: names, counters and memberships are checked`)
    await repairRest(repair)
    swept.add(site)
  }
  if (!options.isDryRun) for (const { db } of swept) await dropLeftLookups(db)
  return rows
}

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
  const [first] = reachable
  if (!first) throw new Failure('No region answers')
  const accounts = only === undefined ? new Set((await Promise.all(reachable.map(accountsOf))).flat()) : [only]
  const moved: MovedAccount[] = []
  for (const account of accounts) {
    const fences = await Promise.all(reachable.map(({ db }) => getFence(db, account, homeOf(sites))))
    const fence = fences.reduce((last, one) => (one.epoch > last.epoch ? one : last))
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

interface Repair {
  place: Place
  others: readonly Site[]
  isDryRun: boolean
  rows: Repaired[]
  /** Of the window, by object. */
  histories: ReadonlyMap<string, readonly Told[]>
  /** The same as the other regions tell it. */
  elsewhere: ReadonlyMap<string, readonly Told[]>
}

/** Users first: who is there again can be a member. */
async function repairObjects(repair: Repair): Promise<void> {
  const { histories, rows } = repair
  const orphans = await adoptOrphans(repair)
  const subjects = [...histories].flatMap(([id, history]): Subject[] => {
    const type = typeOfHistory(history)
    return type && !orphans.has(id) ? [{ type, id, history }] : []
  })
  const overruled = new Set(subjects.filter(({ type }) => type === User).flatMap(overruledBy))
  for (const type of [User, Group]) {
    for (const subject of subjects.filter((one) => one.type === type)) {
      const row = await repairObject(repair, subject, overruled)
      if (row) rows.push(row)
    }
  }
}

/** Deletes without an event, whose objects have all that they need once they have one. */
async function adoptOrphans({ place, isDryRun, rows }: Repair): Promise<ReadonlySet<string>> {
  const heads = await listOrphans(place)
  for (const head of heads) {
    const type = head.kind === 'USER' ? User : Group
    if (isDryRun || (await adoptOrphan(place, head)))
      rows.push({
        ...{ account: place.account, what: 'told', type: type.auditWord, id: head.id, name: '' },
        says: sayOrphan(head),
      })
  }
  return new Set(heads.map(({ id }) => id))
}

const typeOfHistory = (history: readonly Told[]): ResourceType | undefined =>
  [User, Group].find(({ auditWord }) => history.some(({ event }) => event.resourceDomain === auditWord))

/** Deletes that a newer epoch did not know of. */
function overruledBy({ history }: Subject): string[] {
  return history.flatMap((told, i) => {
    const next = history.slice(i + 1).find(({ epoch }) => epoch > told.epoch)
    const isOverruled = isDeletion(told) && next !== undefined && next.event.act !== 'created' && !isDeletion(next)
    return isOverruled ? [told.event.eventId] : []
  })
}

async function repairObject(
  { place, others, isDryRun, elsewhere }: Repair,
  subject: Subject,
  overruled: ReadonlySet<string>,
): Promise<Repaired | undefined> {
  const { db, account } = place
  const unseen = others.length === 0 ? UNSEEN_VERSIONS : 0
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const plan = await planObject(db, account, subject, overruled)
    if (!plan) return undefined
    const row = toRepaired(account, subject, plan)
    if (isDryRun || plan.what === 'left') return row
    const before = 'before' in plan ? plan.before : undefined
    const all = [...subject.history, ...(elsewhere.get(subject.id) ?? [])]
    const known = versionBehind(all, before)
    const version = known + 1 + unseen
    const turn = Math.max(0, before?.turn ?? 0, ...all.map(({ event }) => event.turn ?? 0))
    const detail = `Repaired after a failover, ${plan.what}: ${plan.says}`
    try {
      if (plan.what === 'told') await tellDelete(place, subject, plan, version)
      else if (plan.what === 'deleted') await commitDelete(place, plan.before, { detail, cause: plan.cause, version })
      else
        await commitMade(place, {
          ...plan,
          detail,
          known,
          after: { ...plan.after, version, ...(turn > 0 && { turn }) },
        })
      return row
    } catch (error) {
      if (!(error instanceof ConditionsFailed)) throw error
    }
  }
  return toRepaired(account, subject, { what: 'left', says: 'it is being changed all the time: run this again' })
}

/** Nothing else is written: it is gone as it ought to be. */
async function tellDelete(
  place: Place,
  { type, id }: Subject,
  { says, cause, name }: Extract<Plan, { what: 'told' }>,
  version: number,
): Promise<void> {
  const about = { resourceDomain: type.auditWord, resourceId: id, resourceName: name }
  const event = toRepairEvent(place, about, { detail: `Repaired after a failover, deleted: ${says}`, cause })
  await transact(place.db, { event: putEventAction(place.db, { ...event, version, act: 'deleted' }) }, event.eventId)
}

function toRepaired(account: string, { type, id, history }: Subject, plan: Plan): Repaired {
  const resource = 'after' in plan ? plan.after : 'before' in plan ? plan.before : undefined
  const last = history.findLast(({ event }) => event.resourceName)?.event.resourceName ?? ''
  const name = resource ? nameOf(resource) : last
  return { account, what: plan.what, type: type.auditWord, id, name, says: plan.says }
}

/** What follows from objects: once they are whole. */
async function repairRest(repair: Repair): Promise<void> {
  const { place, isDryRun, rows } = repair
  const { db, account } = place
  const violations = await checkAll(db, account)
  const noted = (violation: Violation, what: Repaired['what']) => rows.push(toMended(account, violation, what))
  if (isDryRun) {
    for (const violation of violations) noted(violation, violation.invariant === 'event' ? 'told' : 'mended')
    return
  }
  for (const violation of violations) {
    if (violation.invariant === 'name') rows.push(...(await partTwins(repair, violation)))
    if (violation.invariant === 'event' && (await tellChange(repair, violation))) noted(violation, 'told')
  }
  const told = (violation: Violation): Actions => {
    noted(violation, 'mended')
    const { type, id, name = '', message } = violation
    const about =
      violation.invariant === 'counter'
        ? { resourceDomain: 'ACCOUNT', resourceId: account, resourceName: account }
        : { resourceDomain: type, resourceId: id, resourceName: name }
    const event: RestEvent = toRepairEvent(place, about, { detail: `Repaired after a failover: ${message}` })
    return { event: putEventAction(db, event) }
  }
  for (const violation of await mendAccount(db, account, told)) noted(violation, 'left')
}

const toMended = (account: string, { type, id, name = '', message }: Violation, what: Repaired['what']): Repaired => ({
  ...{ account, what, type, id, name, says: message },
})

const typeNamed = (word: string): ResourceType => (word === Group.auditWord ? Group : User)

/** A new version for an object whose last change has no event, with one: the missing one may still arrive. */
async function tellChange({ place, others }: Repair, { type, id }: Violation): Promise<boolean> {
  const { db, account } = place
  const before = await getResource(db, account, typeNamed(type), id)
  if (!before || (await getEvent(db, account, before.eventId))) return false
  const elsewhere = await Promise.all(others.map((site) => getResource(site.db, account, before.type, id)))
  const known = Math.max(before.version, ...elsewhere.map((one) => one?.version ?? 0))
  const version = known + 1 + (others.length === 0 ? UNSEEN_VERSIONS : 0)
  const detail = `Repaired after a failover: its change of ${before.lastModified} to version ${before.version} arrived without its event ${before.eventId}`
  try {
    await commitMade(place, {
      before,
      after: { ...before, version },
      known,
      delta: NOBODY.delta,
      detail,
      cause: undefined,
    })
    return true
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    return false
  }
}

/** Two objects with one name: it belongs to that of the newer epoch, else to the one that holds it; the other is deleted. */
async function partTwins(repair: Repair, { type: word, id }: Violation): Promise<Repaired[]> {
  const { place } = repair
  const { db, account } = place
  const type = typeNamed(word)
  const one = await getResource(db, account, type, id)
  if (!one) return []
  const holders = await batchGet(db, [...claimsOf(account, one).values()])
  const other = holders.find((claim) => typeof claim.id === 'string' && claim.id !== id)
  const twin = other && (await getResource(db, account, type, String(other.id)))
  if (!twin || !hasNameOf(account, twin, one)) return []
  const [epoch, epochOfTwin] = [await epochOfObject(repair, one), await epochOfObject(repair, twin)]
  const [heir, loser] = epoch > epochOfTwin ? [one, twin] : [twin, one]
  const says = `its name is that of ${heir.id}, which epoch ${Math.max(epoch, epochOfTwin)} has`
  const detail = `Repaired after a failover, deleted: ${says}; rolecall undrop brings it back under another name`
  try {
    await commitDelete(place, loser, { detail, version: loser.version + 1, heir })
    return [{ account, what: 'deleted', type: word, id: loser.id, name: nameOf(loser), says }]
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
    return []
  }
}

const hasNameOf = (account: string, one: StoredResource, other: StoredResource): boolean => {
  const keys = [...claimsOf(account, one).values()].map(({ pk, sk }) => `${pk} ${sk}`)
  return [...claimsOf(account, other).values()].some(({ pk, sk }) => keys.includes(`${pk} ${sk}`))
}

/** The epoch of the last change of an object that was none of a repair, or of who wrote it last. */
async function epochOfObject({ place: { db, account }, histories }: Repair, resource: StoredResource): Promise<number> {
  const { type, id, eventId } = resource
  const last = histories.get(id)?.findLast((told) => !isRepair(told))
  if (last) return last.epoch
  const event = await getEvent(db, account, eventId)
  // What a repair has told alone is of an epoch before it.
  if (event) return event.method === REPAIR ? 0 : epochOf(event.wrote)
  const [item] = await batchGet(db, [resourceKey(account, type, id)])
  return epochOf(item?.wrote)
}
