import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import { nameOf } from '../../shared/store/claims.ts'
import { putEventAction } from '../../shared/store/events/write.ts'
import { ConditionsFailed, transact } from '../../shared/store/transaction.ts'
import { commitDelete, commitMade, type Place, toRepairEvent } from './commit-plan.ts'
import type { Told } from './history.ts'
import { adoptOrphan, listOrphans, sayOrphan } from './orphans.ts'
import { isDeletion, type Plan, planObject, type Subject } from './plan-object.ts'
import { behindAll, type Repair, type Repaired } from './repaired.ts'

const { User, Group } = RESOURCE_TYPES
/** How often an object is looked at again that others change meanwhile. */
const ATTEMPTS = 5

/** Users first: who is there again can be a member. */
export async function repairObjects(repair: Repair): Promise<void> {
  const { histories, rows } = repair
  const orphans = await adoptOrphans(repair)
  const byId = [...histories].sort(([one], [other]) => (one < other ? -1 : 1))
  const subjects = byId.flatMap(([id, history]): Subject[] => {
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
  repair: Repair,
  subject: Subject,
  overruled: ReadonlySet<string>,
): Promise<Repaired | undefined> {
  const { place, isDryRun } = repair
  const { db, account } = place
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const plan = await planObject(db, account, subject, overruled)
    if (!plan) return undefined
    const row = toRepaired(account, subject, plan)
    if (isDryRun && 'after' in plan) repair.made.push(plan.after)
    if (isDryRun || plan.what === 'left') return row
    const before = 'before' in plan ? plan.before : undefined
    const { known, ...next } = behindAll(repair, subject.id, before)
    const detail = `Repaired after a failover, ${plan.what}: ${plan.says}`
    try {
      if (plan.what === 'told') await tellDelete(place, subject, plan, next.version)
      else if (plan.what === 'deleted')
        await commitDelete(place, plan.before, { detail, cause: plan.cause, version: next.version })
      else await commitMade(place, { ...plan, detail, known, after: { ...plan.after, ...next } })
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
