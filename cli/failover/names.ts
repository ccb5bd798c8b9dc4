import { isCutText } from '../../shared/audit/cut-text.ts'
import { noEffect } from '../../shared/resources/undo/net-effect.ts'
import { setAttributesBack } from '../../shared/resources/undo/set-back.ts'
import { foldName } from '../../shared/scim/fold.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import { MASKED } from '../../shared/scim/secrets.ts'
import { batchGet } from '../../shared/store/batch.ts'
import { claimsOf, nameOf } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { getEvent } from '../../shared/store/events/history.ts'
import type { Violation } from '../../shared/store/invariants/violation.ts'
import { resourceKey } from '../../shared/store/keys.ts'
import { epochOf } from '../../shared/store/regions/region.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import { isLeft } from '../mend/mend.ts'
import { isRepair, type Told } from './history.ts'

/** Of a name that was given before the window that is looked at. */
const BEFORE_ALL = -1

/** What is known of an account when names are held against each other. */
export interface Names {
  db: Db
  account: string
  /** Of the region that is primary, and as the others tell it; by object. */
  histories: ReadonlyMap<string, readonly Told[]>
  elsewhere: ReadonlyMap<string, readonly Told[]>
  /** What is broken in the region that is primary. */
  violations: readonly Violation[]
}

/** A name of a type: the action that claims it, the attribute, and where it stands in events. */
export interface NameAttribute {
  action: string
  attribute: string
  path: string
}

/** The name that an action claims. */
export function attributeOf({ uniqueName, furtherNames }: ResourceType, action: string): NameAttribute {
  const further = furtherNames.find(({ attribute }) => action === `name:${attribute}`)
  return further
    ? { action, attribute: further.attribute, path: `${further.urn}:${further.attribute}` }
    : { action, attribute: uniqueName, path: uniqueName }
}

/** The epoch that gave an object the name it has. */
export async function epochOfName(
  { db, account, histories }: Names,
  { path, attribute }: NameAttribute,
  { type, id, eventId, ...resource }: StoredResource,
): Promise<number> {
  const name = foldName(nameOf({ type, ...resource }, attribute))
  const isGiven = (told: Told) => !isRepair(told) && namesIn(told, path).after.some((one) => foldName(one) === name)
  const given = histories.get(id)?.findLast(isGiven)
  if (given) return given.epoch
  if (await getEvent(db, account, eventId)) return BEFORE_ALL
  // Its last change has not arrived whole, and may be what named it.
  const [item] = await batchGet(db, [resourceKey(account, type, id)])
  return epochOf(item?.wrote)
}

/** What a change says of a name, as far as an event holds it whole. */
function namesIn({ event: { changes = [] } }: Told, path: string): { before: string[]; after: string[] } {
  const own = changes.filter(({ attribute }) => attribute === path)
  const whole = (one: unknown) => (typeof one === 'string' && !isCutText(one) && !one.includes(MASKED) ? [one] : [])
  return { before: own.flatMap(({ before }) => whole(before)), after: own.flatMap(({ after }) => whole(after)) }
}

/** What an object was called besides, the last name first, as far as its history tells. */
export function formerNames(
  { histories, elsewhere }: Names,
  { path, attribute }: NameAttribute,
  resource: StoredResource,
): string[] {
  const told = [histories, elsewhere].flatMap((all) => [...(all.get(resource.id) ?? [])].reverse())
  const called = told.map((one) => namesIn(one, path)).flatMap(({ before, after }) => [...after, ...before])
  const byFold = new Map([...called].reverse().map((name) => [foldName(name), name]))
  const isOther = (name: string) => foldName(name) !== foldName(nameOf(resource, attribute)) && foldName(name) !== ''
  return [...new Set(called.map((name) => byFold.get(foldName(name)) ?? name))].filter(isOther)
}

/** An object with the last name that it had before and that is free, or else one that is kept for it. */
export async function withFormerName(
  names: Names,
  name: NameAttribute,
  resource: StoredResource,
): Promise<StoredResource | undefined> {
  const { db, account, violations } = names
  const { type, id, attributes } = resource
  const tryName = async (former: string, isFree: (claim: Record<string, unknown> | undefined) => Promise<boolean>) => {
    const effect = { ...noEffect(), attributes: new Map([[name.path, { before: former }]]) }
    const after = { ...resource, attributes: setAttributesBack(type, attributes, effect, true).attributes }
    const key = claimsOf(account, after).get(name.action)
    const [claim] = key ? await batchGet(db, [key]) : []
    return key && (await isFree(claim)) ? after : undefined
  }
  for (const former of formerNames(names, name, resource)) {
    const isFree = async (claim: Record<string, unknown> | undefined) =>
      !claim || claim.id === id || isLeft(db, account, type, claim)
    const after = await tryName(former, isFree)
    if (after) return after
  }
  for (const kept of violations.filter((one) => one.invariant === 'name' && one.id === id)) {
    const isOther = foldName(kept.name ?? '') !== foldName(nameOf(resource, name.attribute))
    const after = isOther && kept.name ? await tryName(kept.name, async (claim) => claim?.id === id) : undefined
    if (after) return after
  }
  return undefined
}
