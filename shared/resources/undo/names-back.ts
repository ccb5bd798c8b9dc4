import { changesBetween } from '../../audit/changes.ts'
import type { RestEvent } from '../../audit/rest-event.ts'
import { foldName } from '../../scim/fold.ts'
import type { Attributes, ResourceType } from '../../scim/schema.ts'
import { getClaim, nameOf } from '../../store/claims.ts'
import { putVersions, type VersionOf } from '../../store/exchange-names.ts'
import type { StoredResource } from '../../store/resource-item.ts'
import { getResource } from '../../store/resources.ts'
import type { ScimContext } from '../context.ts'
import { marksBack, withMarks } from '../direct-marks.ts'
import { isCreation } from './net.ts'
import { Refused } from './refused.ts'
import { requireBack } from './require-back.ts'
import { copyNames } from './set-back.ts'
import { type How, marksOf, type Target, trailOf } from './target.ts'

/** The most objects that change names in one transaction: each has some eight actions of a hundred. */
const MAX_TOGETHER = 10

/** An object that wants names back: as it is, where it is there, and with all it had. */
export interface Wanting {
  target: Target
  before: StoredResource | undefined
  attributes: Attributes
}

/**
 * Gives an object its names back that others have by now, where those are to be set back too and get their own, in one
 * transaction, since each waits for the other. It moves names and nothing else, so whoever ends it there leaves objects
 * that have their names, and the rest is for the next run.
 * @returns whether that could be; not where somebody keeps such a name.
 * @throws {Refused} where more than ten wait for each other. {@link LostRace}
 */
export async function moveNames(context: ScimContext, wanting: Wanting, how: How): Promise<boolean> {
  const movers = await listMovers(context, wanting, how)
  if (movers && movers.length > 0 && !how.dryRun) await exchange(context, movers, how)
  return movers !== undefined
}

interface Mover extends Wanting {
  before: StoredResource
}

/** All that have to change names with it; nothing where somebody keeps one. */
async function listMovers(context: ScimContext, first: Wanting, how: How): Promise<Mover[] | undefined> {
  const { kind } = first.target
  const due: Wanting[] = [first]
  for (const { target, before, attributes } of due) {
    for (const name of wantedNames(kind.type, before, attributes)) {
      const claim = await getClaim(context.db, context.principal.account, kind.type, name.value, name.attribute)
      // Its own by now: others have moved it meanwhile, which the transaction finds.
      if (claim === undefined || claim.id === target.id) continue
      const { id } = claim
      if (id === undefined) return undefined
      const mover = due.find((one) => one.target.id === id) ?? (await toMover(context, first, how, { id, name }))
      if (mover === 'gone') continue
      if (mover === 'stays' || hasName(kind.type, mover.attributes, name)) return undefined
      if (!due.includes(mover)) due.push(mover)
      if (due.length > MAX_TOGETHER) throw new Refused(TOO_MANY)
    }
  }
  return due.flatMap((one) => (one.before ? [{ ...one, before: one.before }] : []))
}

const TOO_MANY = `more than ${MAX_TOGETHER} have each other's names, which is more than can change at once: rename one of them, and run this again with force`

/** Whoever has a name: what it will be; or that it has it no more, or will be no more, or stays what it is. */
async function toMover(
  context: ScimContext,
  { target: { kind } }: Wanting,
  how: How,
  { id, name }: { id: string; name: Name },
): Promise<Mover | 'gone' | 'stays'> {
  const { db, principal } = context
  const before = await getResource(db, principal.account, kind.type, id)
  if (!before || !hasName(kind.type, before.attributes, name)) return 'gone'
  const net = await how.netOf(kind.type, id)
  if (!net || net.problem) return 'stays'
  const target = { kind, id, name: nameOf(before), net }
  const isMade = isCreation(net, kind.type)
  if (isMade && !(how.dryRun && how.withCreated)) return 'stays'
  try {
    const attributes = requireBack(target, before, how)
    return isMade ? 'gone' : { target, before, attributes }
  } catch (error) {
    if (error instanceof Refused) return 'stays'
    throw error
  }
}

interface Name {
  attribute: string
  value: string
}

/** Names that it had and has not. */
function wantedNames(type: ResourceType, before: StoredResource | undefined, attributes: Attributes): Name[] {
  const names = [type.uniqueName, ...type.furtherNames.map(({ attribute }) => attribute)]
  const wanted = names.map((attribute) => ({ attribute, value: nameOf({ type, attributes }, attribute) }))
  return wanted.filter((name) => name.value !== '' && !(before && hasName(type, before.attributes, name)))
}

const hasName = (type: ResourceType, attributes: Attributes, { attribute, value }: Name): boolean =>
  foldName(nameOf({ type, attributes }, attribute)) === foldName(value)

/** Stores all of them with their names from before, each with an event of its own. */
async function exchange(context: ScimContext, movers: readonly Mover[], how: How): Promise<void> {
  const { db, principal, now } = context
  const record = async ([mover, ...rest]: readonly Mover[], done: readonly VersionOf[]): Promise<void> => {
    if (!mover) return putVersions(db, principal.account, done)
    const { target, before } = mover
    const trail = trailOf(context, target, how)
    const attributes = copyNames(before.type, mover.attributes, before.attributes)
    const stamp = { version: before.version + 1, lastModified: now.toISOString(), eventId: trail.eventId }
    const all = changesBetween(before.attributes, attributes)
    const [direct, changes] = [marksBack(before, marksOf(target, all)), withMarks(before.direct, all)]
    const put = (event: RestEvent) =>
      record(rest, [...done, { before, after: { ...before, attributes, direct, ...stamp }, event }])
    await trail.record({ status: 200, changes }, put)
  }
  await record(movers, [])
}
