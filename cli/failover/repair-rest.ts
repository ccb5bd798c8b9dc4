import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { NOBODY } from '../../shared/resources/undo/commit-back.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import { nameOf } from '../../shared/store/claims.ts'
import { getEvent } from '../../shared/store/events/history.ts'
import { putEventAction } from '../../shared/store/events/write.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import type { Violation } from '../../shared/store/invariants/violation.ts'
import { getResource } from '../../shared/store/resources.ts'
import { type Actions, ConditionsFailed } from '../../shared/store/transaction.ts'
import { mendAccount } from '../mend/mend.ts'
import { commitDelete, commitMade, toRepairEvent } from './commit-plan.ts'
import type { Names } from './names.ts'
import { behindAll, type Repair, type Repaired } from './repaired.ts'
import { listPartings, type Parting, planParting } from './twins.ts'

const { User, Group } = RESOURCE_TYPES
/** What follows from objects: once they are whole. */
export async function repairRest(repair: Repair): Promise<void> {
  const { place, isDryRun, rows } = repair
  const { db, account } = place
  const violations = await checkAll(db, account)
  const noted = (violation: Violation, what: Repaired['what']) => rows.push(toMended(account, violation, what))
  if (isDryRun) {
    const partings = await listPartings(toNames(repair, violations), repair.made)
    rows.push(...partings.map((parting) => toParted(account, parting)))
    const isParted = ({ invariant, id }: Violation) =>
      invariant === 'name' && partings.some(({ heir, loser }) => id === heir.id || id === loser.id)
    for (const violation of violations.filter((one) => !isParted(one)))
      noted(violation, violation.invariant === 'event' ? 'told' : 'mended')
    return
  }
  for (const violation of violations) {
    await partTwins(repair, violation, toNames(repair, violations))
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
  const left = await mendAccount(db, account, told)
  // A name that nobody held has an owner by now, and whoever else is called so is known.
  for (const violation of left) await partTwins(repair, violation, toNames(repair, left))
  for (const violation of left.length === 0 ? left : await mendAccount(db, account, told)) noted(violation, 'left')
}

const toNames = ({ place, histories, elsewhere }: Repair, violations: readonly Violation[]): Names => ({
  ...{ db: place.db, account: place.account, histories, elsewhere, violations },
})

const toMended = (account: string, { type, id, name = '', message }: Violation, what: Repaired['what']): Repaired => ({
  ...{ account, what, type, id, name, says: message },
})

const typeNamed = (word: string): ResourceType => (word === Group.auditWord ? Group : User)

/** A new version for an object whose last change has no event, with one: the missing one may still arrive. */
async function tellChange(repair: Repair, { type, id }: Violation): Promise<boolean> {
  const { place, others } = repair
  const { db, account } = place
  const before = await getResource(db, account, typeNamed(type), id)
  if (!before || (await getEvent(db, account, before.eventId))) return false
  const elsewhere = await Promise.all(others.map((site) => getResource(site.db, account, before.type, id)))
  const newest = Math.max(before.version, ...elsewhere.map((one) => one?.version ?? 0))
  const { known, ...next } = behindAll(repair, id, { ...before, version: newest })
  const detail = `Repaired after a failover: its change of ${before.lastModified} to version ${before.version} arrived without its event ${before.eventId}`
  try {
    await commitMade(place, {
      before,
      after: { ...before, ...next },
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

/** Two objects with one name: one of them has it, the other its name from before, or it is deleted. */
async function partTwins(repair: Repair, violation: Violation, names: Names): Promise<void> {
  const { place, rows } = repair
  const parting = await planParting(names, violation)
  if (!parting) return
  const { heir, loser, after } = parting
  const { known, ...next } = behindAll(repair, loser.id, loser)
  const { detail } = sayParting(parting)
  try {
    if (after) {
      const made = { before: loser, after: { ...after, ...next }, known, delta: NOBODY.delta }
      await commitMade(place, { ...made, detail, cause: undefined, heir })
    } else await commitDelete(place, loser, { detail, version: next.version, heir })
    rows.push(toParted(place.account, parting))
  } catch (error) {
    if (!(error instanceof ConditionsFailed)) throw error
  }
}

function sayParting({ after, says }: Parting): { what: 'renamed' | 'deleted'; detail: string } {
  const what = after ? 'renamed' : 'deleted'
  const back = after ? '' : '; rolecall undrop brings it back under another name'
  return { what, detail: `Repaired after a failover, ${what}: ${says}${back}` }
}

const toParted = (account: string, parting: Parting): Repaired => {
  const { loser, after, says } = parting
  const { what } = sayParting(parting)
  return { account, what, type: loser.type.auditWord, id: loser.id, name: nameOf(after ?? loser), says }
}
