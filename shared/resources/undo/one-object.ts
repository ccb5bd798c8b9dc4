import { ScimError } from '../../scim/error.ts'
import { quote } from '../../scim/quote.ts'
import { getEvent } from '../../store/events/history.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { NameReserved, NameTaken } from '../../store/resource-writes.ts'
import { getResource } from '../../store/resources.ts'
import { transferCommand } from '../advice.ts'
import { untilWon } from '../conflict.ts'
import type { ScimContext } from '../context.ts'
import { many } from '../say-owned.ts'
import type { StepRow } from '../steps.ts'
import { removeResource } from '../write.ts'
import { commitBack } from './commit-back.ts'
import { makeAgain } from './make-again.ts'
import { isCreation, isDeletion, type Net } from './net.ts'
import { Refused } from './refused.ts'
import { requireBack } from './require-back.ts'
import { type Committed, type How, type Target, trailOf } from './target.ts'

/** What became of an object. */
type Outcome = Pick<StepRow, 'outcome' | 'what' | 'reason' | 'goesOn'>

const DROPPED = 'dropped'
const UNCHANGED: Outcome = { outcome: 'unchanged' }

/**
 * Sets one object back to what it was before the events that are undone: attributes and members, under its old id where
 * it was deleted. Each commit has an event of its own; a group of more members than one takes is set back by several.
 * Done again it is `unchanged`.
 */
export async function undoObject(context: ScimContext, target: Target, how: How): Promise<StepRow> {
  const row = { type: target.kind.type.auditWord, id: target.id, name: target.name }
  try {
    return { ...row, ...(await carryOut(context, target, how)) }
  } catch (error) {
    const reason = toReason(target, error)
    if (reason === undefined) throw error
    return { ...row, outcome: 'refused', reason }
  }
}

async function carryOut(context: ScimContext, target: Target, how: How): Promise<Outcome> {
  const { db, principal } = context
  const { kind, id, net } = target
  const found = await getResource(db, principal.account, kind.type, id)
  if (!found && isCreation(net, kind.type)) return UNCHANGED
  if (!found) return again(context, target, how, await makeAgain(context, target, how))
  return tellOwner(principal.account, target, found, await setBack(context, target, how, found))
}

async function setBack(context: ScimContext, target: Target, how: How, found: StoredResource): Promise<Outcome> {
  const { kind, net } = target
  if (net.problem) throw net.problem
  if (isCreation(net, kind.type)) return undoCreation(context, target, how, found)
  if (isDeletion(net) && !(await isComingBack(context, found, net))) return UNCHANGED
  return again(context, target, how, await untilWon(() => commitBack(context, target, how)))
}

/** An owner is handed back by a command of its own, since it decides who may change the object at all. */
function tellOwner(
  account: string,
  { kind: { type }, id, name, net }: Target,
  { owner }: StoredResource,
  outcome: Outcome,
): Outcome {
  const before = net.effect.attributes.get('owner')?.before
  if (typeof before !== 'string' || before === owner || outcome.what === DROPPED) return outcome
  const told = `its owner stays ${owner}; to hand it back: ${transferCommand(account, { type, id, name }, before)}`
  return { ...outcome, reason: [outcome.reason, told].filter((one) => one !== undefined).join('; ') }
}

/**
 * Whether nothing has changed what was deleted since it was made again: then members who were missing may follow, be it
 * since they were too many for one commit, or came back later.
 */
async function isComingBack({ db, principal }: ScimContext, { eventId }: StoredResource, { newest }: Net) {
  const last = await getEvent(db, principal.account, eventId)
  return last !== undefined && last.cause === newest?.eventId
}

/** Goes on until all of it is committed, or the step is over. */
async function again(context: ScimContext, target: Target, how: How, first: Committed): Promise<Outcome> {
  const whats = [first.what]
  let { isAll } = first
  while (!isAll && context.db.clock() < how.until) {
    const next = await untilWon(() => commitBack(context, target, how))
    whats.push(next.what)
    isAll = next.isAll
  }
  const what = whats.filter((one) => one !== undefined).join(', ')
  if (!isAll) return { outcome: 'done', what, goesOn: true }
  const reason = first.gone > 0 ? { reason: `${many(first.gone, 'member')} not set back: no user here any more` } : {}
  return what === '' ? { ...UNCHANGED, ...reason } : { outcome: 'done', what, ...reason }
}

async function undoCreation(context: ScimContext, target: Target, how: How, found: StoredResource): Promise<Outcome> {
  const { kind, id } = target
  if (!how.withCreated) return { outcome: 'unchanged', reason: 'it was made by what is undone, and stays' }
  requireBack(target, found, how)
  // An undo is admitted whatever `localChanges` says: it brings back what was there, and is no change by hand.
  const { admitChange: _, ...admitted } = context
  if (!how.dryRun) await removeResource({ ...admitted, trail: trailOf(context, target, how) }, kind, { id })
  return { outcome: 'done', what: DROPPED }
}

/** What is said of an object that is left as it is; nothing where the request itself has failed. */
function toReason(target: Target, error: unknown): string | undefined {
  if (error instanceof Refused) return error.message
  if (error instanceof NameReserved) return 'its name is that of a provisioner role by now'
  if (error instanceof NameTaken) return takenBy(target, error)
  return error instanceof ScimError && error.status < 500 ? error.message : undefined
}

function takenBy({ kind: { type }, net }: Target, { attribute, holder }: NameTaken): string {
  const further = type.furtherNames.find((name) => name.attribute === attribute)
  const path = further ? `${further.urn}:${attribute}` : attribute
  const name = quote(String(net.effect.attributes.get(path)?.before))
  return `its ${attribute} ${name} is taken${holder ? `, by ${type.auditWord} ${holder.id} of role ${holder.owner}` : ''}`
}
