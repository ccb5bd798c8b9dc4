import { changesBetween } from '../../shared/audit/changes.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { ADMIN_OWNER } from '../../shared/auth/principal.ts'
import { NOBODY } from '../../shared/resources/undo/commit-back.ts'
import { describe } from '../../shared/resources/undo/describe.ts'
import { loadEffect } from '../../shared/resources/undo/load-effect.ts'
import { toDelta } from '../../shared/resources/undo/member-delta.ts'
import { addEffect, type Effect, noEffect } from '../../shared/resources/undo/net-effect.ts'
import { Refused } from '../../shared/resources/undo/refused.ts'
import { setAttributesBack } from '../../shared/resources/undo/set-back.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { type Attributes, hasMembers, type ResourceType } from '../../shared/scim/schema.ts'
import { isSecret } from '../../shared/scim/secrets.ts'
import { batchGet } from '../../shared/store/batch.ts'
import { nameOf } from '../../shared/store/claims.ts'
import type { Db } from '../../shared/store/client.ts'
import { listDeletions } from '../../shared/store/deletions.ts'
import { getEvent } from '../../shared/store/events/history.ts'
import type { MemberDelta, StoredMember } from '../../shared/store/groups/member-item.ts'
import { listMembers } from '../../shared/store/groups/members.ts'
import { resourceKey } from '../../shared/store/keys.ts'
import { epochOf } from '../../shared/store/regions/region.ts'
import { type StoredResource, toResource } from '../../shared/store/resource-item.ts'
import { getResources } from '../../shared/store/resources.ts'
import { comparePlaces, isChange, type Told } from './history.ts'

/** An object as the history tells of it. */
export interface Subject {
  type: ResourceType
  id: string
  history: readonly Told[]
}

/** What is to be written so that an object is what its history says; `what` and `says` tell it. */
export type Plan =
  | {
      what: 'rolled forward' | 'applied again' | 'made again'
      says: string
      cause: string
      before: StoredResource | undefined
      after: StoredResource
      delta: MemberDelta
    }
  | { what: 'deleted'; says: string; cause: string; before: StoredResource }
  | { what: 'told'; says: string; cause: string; name: string }
  | { what: 'left'; says: string }

const USER = RESOURCE_TYPES.User

/** Deletes that a newer epoch overrules: what they took from groups comes back. */
export type Overruled = ReadonlySet<string>

export const isDeletion = ({ event }: Told): boolean => event.act === 'deleted'

/**
 * What an object lacks of its history: changes that arrived without it, and changes of a newer epoch that a late write of an
 * older one has overwritten. Nothing where it has all of it.
 */
export async function planObject(
  db: Db,
  account: string,
  subject: Subject,
  overruled: Overruled,
): Promise<Plan | undefined> {
  const { type, id, history } = subject
  const newest = history.at(-1)
  const [item] = await batchGet(db, [resourceKey(account, type, id)])
  if (!newest) return undefined
  if (!item) return isDeletion(newest) ? undefined : planMissing(db, account, subject, overruled)
  const resource = toResource(type, item)
  const own = await ownOf(db, account, subject, resource)
  const epoch = own?.epoch ?? epochOf(item.wrote)
  const isBehind = (told: Told) =>
    told.epoch > epoch || (told.epoch === epoch && comparePlaces(told.event, resource) > 0)
  const due = history.filter(isBehind)
  if (isDeletion(newest)) {
    if (!isBehind(newest)) return undefined
    const says = `it was deleted at ${newest.event.time}, epoch ${newest.epoch}`
    return { what: 'deleted', says, cause: newest.event.eventId, before: resource }
  }
  const isOverwritten = newest.epoch > epoch
  return planChange(db, account, subject, { resource, due, isOverwritten, isKnown: own !== undefined, overruled })
}

/** The event of the version that stands in the table. */
async function ownOf(
  db: Db,
  account: string,
  { history }: Subject,
  { eventId }: StoredResource,
): Promise<Told | undefined> {
  const known = history.find(({ event }) => event.eventId === eventId)
  if (known || eventId === '') return known
  const event = await getEvent(db, account, eventId)
  return event && { event, epoch: epochOf(event.wrote) }
}

interface Found {
  resource: StoredResource
  due: readonly Told[]
  isOverwritten: boolean
  /** Whether the event of its own version is there: else the history lacks something that is newer than all of it. */
  isKnown: boolean
  overruled: Overruled
}

async function planChange(
  db: Db,
  account: string,
  { type, id, history }: Subject,
  { resource, due, isOverwritten, isKnown, overruled }: Found,
): Promise<Plan | undefined> {
  const net = await netOf(db, due, overruled)
  if (net instanceof Refused) return { what: 'left', says: net.message }
  const members = hasMembers(type) ? await listMembers(db, account, id) : new Map<string, StoredMember>()
  const all = isKnown && hasMembers(type) ? await netOf(db, history, overruled) : net
  const told = all instanceof Refused ? net : all
  const delta = hasMembers(type) ? await deltaOf(db, account, told, members) : NOBODY.delta
  const { attributes, hidden } = setAttributesBack(type, resource.attributes, inverted(net), true)
  const owner = ownerOf(net) ?? resource.owner
  const changes = changesBetween(resource.attributes, attributes)
  const what = describe(changes, delta)
  if (what === '' && due.length === 0) return undefined
  const version = resource.version
  const memberCount = members.size + delta.add.length - delta.remove.length
  const after = { ...resource, attributes, owner, version, ...(hasMembers(type) && { memberCount }) }
  return {
    what: isOverwritten ? 'applied again' : 'rolled forward',
    says: [what === '' ? 'its version' : what, ...unknown(net, hidden)].join('; '),
    cause: (due.at(-1) ?? history.at(-1))?.event.eventId ?? '',
    ...{ before: resource, after, delta },
  }
}

/** What cannot be had back from a history. */
const unknown = ({ attributes }: Effect, hidden: readonly string[]): string[] => [
  ...(hidden.length > 0 ? [`the history hides what was in ${hidden.join(', ')}`] : []),
  ...([...attributes.keys()].some(isSecret) ? ['its password is in no history: it has to be sent again'] : []),
]

const ownerOf = ({ attributes }: Effect): string | undefined => {
  const owner = attributes.get('owner')?.after
  return typeof owner === 'string' ? owner : undefined
}

/** Effects are set back by what they did; turned round they are done again. */
const inverted = ({ attributes, members, marks }: Effect): Effect => ({ marks, ...turned({ attributes, members }) })

function turned({ attributes, members }: Pick<Effect, 'attributes' | 'members'>) {
  const turn = <T>(sides: ReadonlyMap<string, { before?: T | undefined; after?: T | undefined }>) =>
    new Map([...sides].map(([name, { before, after }]) => [name, { before: after, after: before }]))
  return { attributes: turn(attributes), members: turn(members) }
}

/** What changes came to, those that are overruled the other way round; why they cannot be known. */
export async function netOf(db: Db, history: readonly Told[], overruled: Overruled): Promise<Effect | Refused> {
  const net = noEffect()
  try {
    for (const { event } of history) {
      const effect = await loadEffect(db, event)
      const isOverruled = overruled.has(event.eventId) || (event.cause !== undefined && overruled.has(event.cause))
      addEffect(net, isOverruled ? inverted(effect) : effect)
    }
    return net
  } catch (error) {
    if (error instanceof Refused) return error
    throw error
  }
}

/** Who comes and goes so that the members are as their history says. */
async function deltaOf(
  db: Db,
  account: string,
  net: Effect,
  members: ReadonlyMap<string, StoredMember>,
): Promise<MemberDelta> {
  const back = inverted(net)
  const named = [...back.members.keys()].filter((userId) => !members.has(userId))
  const users = new Set((await getResources(db, account, USER, named)).map(({ id }) => id))
  return toDelta(back, { members, isUser: (userId) => users.has(userId) })
}

/** An object that is not there and ought to be. */
async function planMissing(db: Db, account: string, subject: Subject, overruled: Overruled): Promise<Plan> {
  const { type, id, history } = subject
  const at = history.findLastIndex((told) => isDeletion(told) || told.event.act === 'created')
  const first = history[at]
  if (!first) return { what: 'left', says: 'it is not there, and the history does not say what it was' }
  const name = history.findLast(({ event }) => event.resourceName !== undefined)?.event.resourceName ?? ''
  const deletions = await listDeletions(db, account, type, name)
  const deletion = deletions.find((one) => one.id === id)
  if (deletion && !history.some(({ event }) => event.eventId === deletion.eventId))
    return {
      ...{ what: 'told', cause: deletion.eventId, name },
      says: `its delete of ${deletion.time} arrived without its event: the event of the repair stands for it`,
    }
  const net = await netOf(
    db,
    history.slice(at),
    new Set([...overruled, ...(isDeletion(first) ? [first.event.eventId] : [])]),
  )
  if (net instanceof Refused) return { what: 'left', says: net.message }
  const { attributes, hidden } = setAttributesBack(type, {}, inverted(net), true)
  if (nameOf({ type, attributes }) === '')
    return { what: 'left', says: 'it is not there, and the history does not say what it was' }
  const delta = hasMembers(type) ? await deltaOf(db, account, net, new Map()) : NOBODY.delta
  const after = toMade(type, id, { attributes, first: first.event, owner: deletion?.owner ?? ownerOf(net) })
  return {
    what: isDeletion(first) ? 'applied again' : 'made again',
    says: [
      isDeletion(first) ? `made again: its delete of epoch ${first.epoch} is overruled` : 'made',
      ...unknown(net, hidden),
    ].join('; '),
    cause: history.at(-1)?.event.eventId ?? '',
    before: undefined,
    after: {
      ...after,
      ...(deletion && { created: deletion.created }),
      ...(hasMembers(type) && { memberCount: delta.add.length }),
    },
    delta,
  }
}

function toMade(
  type: ResourceType,
  id: string,
  { attributes, first, owner }: { attributes: Attributes; first: RestEvent; owner: string | undefined },
): StoredResource {
  const maker = first.type === 'SCIM' ? first.actorName : ADMIN_OWNER
  const time = first.time
  return { type, id, owner: owner ?? maker, version: 0, created: time, lastModified: time, eventId: '', attributes }
}

/** The highest version that a history tells of, and how many turns beside it may have made one. */
export function versionBehind(history: readonly Told[], resource: StoredResource | undefined): number {
  const versions = history.flatMap(({ event: { version } }) => version ?? [])
  const turns = history.filter(({ event }) => event.version === undefined && isChange(event)).length
  return Math.max(resource?.version ?? 0, ...versions) + turns
}
