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
import { epochOf } from '../../shared/store/regions/region.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import { getResource } from '../../shared/store/resources.ts'
import { type Actions, ConditionsFailed } from '../../shared/store/transaction.ts'
import { mendAccount } from '../mend/mend.ts'
import { commitDelete, commitMade, toRepairEvent } from './commit-plan.ts'
import { isRepair, REPAIR } from './history.ts'
import type { Repair, Repaired } from './repaired.ts'
import { UNSEEN_VERSIONS } from './repaired.ts'

const { User, Group } = RESOURCE_TYPES
/** What follows from objects: once they are whole. */
export async function repairRest(repair: Repair): Promise<void> {
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
