import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { loadEffect } from '../../shared/resources/undo/load-effect.ts'
import type { Effect, Sides } from '../../shared/resources/undo/net-effect.ts'
import { Refused } from '../../shared/resources/undo/refused.ts'
import { setAttributesBack } from '../../shared/resources/undo/set-back.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { hasMembers } from '../../shared/scim/schema.ts'
import type { Db } from '../../shared/store/client.ts'
import { listMembersAmong } from '../../shared/store/groups/members.ts'
import { epochOf, regionOf } from '../../shared/store/regions/region.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import { getResource } from '../../shared/store/resources.ts'
import type { ListView } from '../output.ts'
import { eventsSince } from './compare.ts'
import { historiesOf, isChange, isRepair, isUnknownTo, REPAIR, type Told } from './history.ts'
import { isDeletion } from './plan-object.ts'
import { findMoved, type MovedAccount, runRepair } from './repair.ts'
import { closingOf } from './revocations.ts'
import { homeOf, type Operation } from './sites.ts'

const { User, Group } = RESOURCE_TYPES

export interface ReportOptions {
  /** All if not given. */
  account?: string | undefined
  /** How long before the last failover is looked at, in milliseconds; an hour if not given. */
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
    rows.push(...(await reportAccount(operation, moved)))
    if (moved.lost.length > 0) rows.push(...(await listTorn(operation, moved, windowMs)))
  }
  const order = ['revocation', 'missing', 'lost', 'torn', 'late']
  return rows.sort((a, b) => order.indexOf(a.what) - order.indexOf(b.what) || (a.time < b.time ? -1 : 1))
}

async function reportAccount({ sites }: Operation, moved: MovedAccount): Promise<Reported[]> {
  const { account, site, others, since, epoch } = moved
  const home = homeOf(sites)
  const here = await eventsSince(site.db, account, since)
  const there = (await Promise.all(others.map(({ db }) => eventsSince(db, account, since)))).flat()
  const arrived = new Set(here.map(({ eventId }) => eventId))
  const histories = historiesOf(here)
  const all = [...here, ...there.filter(({ eventId }) => !arrived.has(eventId))]
  const old = all.filter(
    (event) => isChange(event) && event.method !== REPAIR && regionOf(event.wrote, home) !== site.name,
  )
  const rows: Reported[] = []
  for (const event of new Map(old.map((one) => [one.eventId, one])).values()) {
    const told = { event, epoch: epochOf(event.wrote) }
    if (told.epoch >= epoch) continue
    const row = await judge(moved, told, { histories, hasArrived: arrived.has(event.eventId) })
    if (row) rows.push({ ...toRow(account, event, regionOf(event.wrote, home)), ...row })
  }
  return rows
}

const toRow = (account: string, event: RestEvent, region: string) => ({
  ...{ account, time: event.time, region, event: event.eventId, method: event.method, actor: event.actorName },
  ...{ type: event.resourceDomain ?? '', id: event.resourceId ?? '', name: event.resourceName ?? '' },
})

type Judged = Pick<Reported, 'what' | 'says' | 'mend'>

interface Known {
  /** Of the region that is primary now. */
  histories: ReadonlyMap<string, readonly Told[]>
  hasArrived: boolean
}

async function judge(moved: MovedAccount, told: Told, known: Known): Promise<Judged | undefined> {
  const { site, takenOverAt } = moved
  const { event } = told
  const closing = closingOf(event)
  if (closing && !(await closing.isSo(site.db, known.hasArrived)))
    return { what: 'revocation', says: `${closing.says}, and is not so in ${site.name}`, mend: closing.mend }
  if (!known.hasArrived) return { what: 'missing', says: `it is not in the table of ${site.name}` }
  const lost = await lostOf(moved, told, known)
  if (lost !== undefined) return { what: 'lost', says: lost }
  return event.time >= takenOverAt
    ? { what: 'late', says: `it was written after ${site.name} took over, and holds there` }
    : undefined
}

/** What of a change does not stand, since newer changes do that did not know of it; nothing where all of it does. */
async function lostOf({ account, site: { db }, takenOverAt }: MovedAccount, told: Told, { histories }: Known) {
  const { event } = told
  const { resourceId = '', resourceDomain } = event
  const type = [User, Group].find(({ auditWord }) => auditWord === resourceDomain)
  const history = histories.get(resourceId) ?? []
  const newer = history.filter(({ epoch }) => epoch > told.epoch)
  const isUnknown = isUnknownTo(
    newer.map((one) => one.event),
    event,
    takenOverAt,
  )
  if (!type) {
    const isOver = newer.some((one) => one.event.time > event.time && event.time >= takenOverAt)
    return isOver ? 'it was changed in the region that took over, without knowing of this' : undefined
  }
  const behind = history.slice(history.findIndex((one) => one.event.eventId === event.eventId) + 1)
  const resource = await getResource(db, account, type, resourceId)
  if (isDeletion(told)) {
    const isBack = behind.some((one) => one.epoch === told.epoch && one.event.act === 'created')
    return resource && !isBack && newer.length > 0
      ? 'it was deleted, and is there: it was changed in the region that took over'
      : undefined
  }
  if (!resource) {
    const deletion = behind.find(isDeletion)
    if (!deletion) return 'it is not there'
    if (deletion.epoch === told.epoch) return undefined
    return isRepair(deletion) || isUnknown ? 'it was deleted in the region that took over' : undefined
  }
  const effect = await loadEffect(db, event).catch(refusedOr)
  if (effect instanceof Refused) return `what it did is not known whole: ${effect.message}`
  const further = await effectsOf(db, behind)
  const names = [
    ...unheldAttributes(resource, effect),
    ...(hasMembers(type) ? await unheldMembers(db, account, resource, effect) : []),
  ]
  // What a later change knew of has its say.
  const explained = (name: string) =>
    further.some((one) => one.names.has(name) && (one.told.epoch === told.epoch || (!isRepair(one.told) && !isUnknown)))
  const lost = names.filter((name) => !explained(name))
  return lost.length === 0 ? undefined : `newer changes stand in place of: ${lost.join(', ')}`
}

const refusedOr = (error: unknown): Refused => {
  if (error instanceof Refused) return error
  throw error
}

/** What each of some changes is about: attributes and members. */
async function effectsOf(db: Db, history: readonly Told[]) {
  const effects: { told: Told; names: ReadonlySet<string> }[] = []
  for (const told of history) {
    const effect = await loadEffect(db, told.event).catch(refusedOr)
    const names = effect instanceof Refused ? [] : [...effect.attributes.keys(), ...effect.members.keys()]
    effects.push({ told, names: new Set(names) })
  }
  return effects
}

/** What no value is like. */
const UNLIKE = Symbol('unlike any value')

/** Attributes of an effect that are not as it left them: what would have to change for that. */
function unheldAttributes({ type, attributes }: StoredResource, effect: Effect): string[] {
  const left = [...effect.attributes].map(([name, { after }]): [string, Sides] => [
    name,
    { before: after, after: UNLIKE },
  ])
  return setAttributesBack(type, attributes, { ...effect, attributes: new Map(left) }, false).changedSince
}

async function unheldMembers(db: Db, account: string, group: StoredResource, { members }: Effect): Promise<string[]> {
  const there = await listMembersAmong(db, account, group, members.keys())
  return [...members].flatMap(([userId, { after }]) => (there.has(userId) === (after !== undefined) ? [] : [userId]))
}

/** What arrived in part, as far as the table that is left can tell. */
async function listTorn(operation: Operation, moved: MovedAccount, windowMs: number | undefined): Promise<Reported[]> {
  const planned = await runRepair(operation, { account: moved.account, windowMs, isDryRun: true })
  return planned.map(({ account, what, type, id, name, says }) => ({
    ...{ account, what: 'torn', time: moved.takenOverAt, region: moved.lost[0]?.name ?? '', event: '', method: '' },
    ...{ actor: '', type, id, name, says: `${what}: ${says}`, mend: 'rolecall failover repair' },
  }))
}
