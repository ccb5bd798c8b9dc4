import { sameValue } from '../../shared/audit/changes.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { loadEffect } from '../../shared/resources/undo/load-effect.ts'
import type { Effect, Sides } from '../../shared/resources/undo/net-effect.ts'
import { Refused } from '../../shared/resources/undo/refused.ts'
import { setAttributesBack } from '../../shared/resources/undo/set-back.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { hasMembers } from '../../shared/scim/schema.ts'
import type { Db } from '../../shared/store/client.ts'
import { listMembersAmong } from '../../shared/store/groups/members.ts'
import { getIntegration } from '../../shared/store/integrations.ts'
import type { StoredResource } from '../../shared/store/resource-item.ts'
import { getResource } from '../../shared/store/resources.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { droppedBy } from './access/wanted.ts'
import { isRepair, isUnknownTo, type Told } from './history.ts'
import { isDeletion } from './plan-object.ts'

const { User, Group } = RESOURCE_TYPES

/** Where a change arrived, and what else its region knows. */
export interface Arrived {
  db: Db
  account: string
  takenOverAt: string
  /** What is told of the object of the change there. */
  history: readonly Told[]
}

/**
 * What of an arrived change does not stand: `lost` to newer changes, `torn`, since its object has not arrived whole, or `missing`,
 * since that has not arrived and cannot be made of its event.
 */
export interface Unheld {
  what: 'lost' | 'torn' | 'missing'
  says: string
}

/** Nothing where all of it stands, or gave way to a change that knew of it. */
export async function unheldOf(arrived: Arrived, told: Told): Promise<Unheld | undefined> {
  const { db, account, takenOverAt, history } = arrived
  const { event, epoch } = told
  const newer = history.filter((one) => one.epoch > epoch).map((one) => one.event)
  const type = [User, Group].find(({ auditWord }) => auditWord === event.resourceDomain)
  const unheld = (says: string | undefined): Unheld | undefined =>
    says === undefined ? undefined : { what: newer.length > 0 ? 'lost' : 'torn', says }
  if (!type) {
    if (await isAbsent(db, told, history))
      return { what: 'missing', says: 'its event arrived, and what it made did not' }
    return decidedWithout(event, newer, takenOverAt)
  }
  const isUnknown = isUnknownTo(newer, event, takenOverAt)
  const after = history.slice(history.findIndex((one) => one.event.eventId === event.eventId) + 1)
  const resource = await getResource(db, account, type, event.resourceId ?? '')
  if (isDeletion(told)) {
    const isBack = after.some((one) => one.event.act === 'created' && (one.epoch === epoch || !isUnknown))
    return resource && !isBack ? unheld('it was deleted, and is there') : undefined
  }
  if (resource) {
    const says = await changedOf(db, account, resource, { told, after, isUnknown })
    return unheld(says) ?? (isUnknown ? decidedWithout(event, newer, takenOverAt) : undefined)
  }
  const deletion = after.find(isDeletion)
  if (!deletion) return unheld('its object is not there')
  const isKnown = deletion.epoch === epoch || !(isRepair(deletion) || isUnknown)
  return isKnown ? undefined : unheld('it was deleted in the region that took over')
}

/** Attributes of which newer epochs decided without knowing of a change, also where it lies over theirs until a repair. */
function decidedWithout(event: RestEvent, newer: readonly RestEvent[], takenOverAt: string): Unheld | undefined {
  const names = (event.changes ?? []).flatMap(({ attribute, after }) => {
    const own = newer.flatMap(({ changes = [] }) => changes.filter((change) => change.attribute === attribute))
    const [first, last] = [own[0], own.at(-1)]
    if (!first || !last || sameValue(last.after, after)) return []
    return event.time >= takenOverAt || !sameValue(first.before, after) ? [attribute] : []
  })
  const says = `${names.join(', ')}: the region that took over changed it without knowing of this`
  return names.length > 0 ? { what: 'lost', says } : undefined
}

/** Whether a token or an integration is not there that a change made or left: secrets are in no history. */
async function isAbsent(db: Db, { event }: Told, history: readonly Told[]): Promise<boolean> {
  const { account, resourceDomain, resourceId = '', resourceName = '' } = event
  if (history.some((told) => told.event.method === 'DELETE') || droppedBy(history, 'name')) return false
  if (resourceDomain === 'TOKEN') return (await getToken(db, resourceId)) === undefined
  return resourceDomain === 'INTEGRATION' && (await getIntegration(db, account, resourceName)) === undefined
}

interface Followed {
  told: Told
  /** Later changes of the object, in their order. */
  after: readonly Told[]
  /** Whether those of newer epochs were made without knowing of it. */
  isUnknown: boolean
}

/** Attributes and members that are not as a change left them, in a sentence. */
async function changedOf(
  db: Db,
  account: string,
  resource: StoredResource,
  { told, after, isUnknown }: Followed,
): Promise<string | undefined> {
  const effect = await loadEffect(db, told.event).catch(refusedOr)
  if (effect instanceof Refused) return `what it did is not known whole: ${effect.message}`
  const names = [
    ...unheldAttributes(resource, effect),
    ...(hasMembers(resource.type) ? await unheldMembers(db, account, resource, effect) : []),
  ]
  if (names.length === 0) return undefined
  const effects = await effectsOf(db, after)
  // A later change that knew of it has its say.
  const hasItsSay = (one: Told) => one.epoch === told.epoch || !(isRepair(one) || isUnknown)
  const given = effects.filter((one) => hasItsSay(one.told)).flatMap((one) => one.names)
  const lost = names.filter((name) => !given.includes(name))
  return lost.length === 0 ? undefined : `not as it left them: ${lost.join(', ')}`
}

const refusedOr = (error: unknown): Refused => {
  if (error instanceof Refused) return error
  throw error
}

/** What each of some changes is about: attributes and members. */
async function effectsOf(db: Db, history: readonly Told[]) {
  const effects: { told: Told; names: string[] }[] = []
  for (const told of history) {
    const effect = await loadEffect(db, told.event).catch(refusedOr)
    const names = effect instanceof Refused ? [] : [...effect.attributes.keys(), ...effect.members.keys()]
    effects.push({ told, names })
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
