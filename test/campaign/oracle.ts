import { isDeepStrictEqual } from 'node:util'
import { changesBetween, sameValue } from '../../shared/audit/changes.ts'
import { foldName } from '../../shared/scim/fold.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import type { ResourceType } from '../../shared/scim/schema.ts'
import { isSecret, MASKED } from '../../shared/scim/secrets.ts'
import { nameOf } from '../../shared/store/claims.ts'
import { checkAll } from '../../shared/store/invariants/check.ts'
import { collectionKey, MEMBER_PREFIX, membersKey } from '../../shared/store/keys.ts'
import { ofPartition, queryAll } from '../../shared/store/query-all.ts'
import { type StoredResource, toResource } from '../../shared/store/resource-item.ts'
import { getToken } from '../../shared/store/token-record.ts'
import { operatorDb } from '../factories/failover.ts'
import { scanAll, scanEvents } from '../factories/scan.ts'
import type { TestRegion, TwoRegions } from '../factories/two-regions.ts'
import type { Acknowledged } from './history.ts'

const { User, Group } = RESOURCE_TYPES

/** What a table shows of an account: objects by id, and members by group. */
interface Shown {
  objects: ReadonlyMap<string, StoredResource>
  members: ReadonlyMap<string, ReadonlySet<string>>
}

async function listObjects(region: TestRegion, account: string, type: ResourceType): Promise<StoredResource[]> {
  const items = await queryAll(operatorDb(region), ofPartition(collectionKey(account, type)))
  return items.map((item) => toResource(type, item))
}

async function show(region: TestRegion, account: string): Promise<Shown> {
  const [users, groups] = [await listObjects(region, account, User), await listObjects(region, account, Group)]
  const members = new Map<string, Set<string>>()
  for (const { id } of groups) {
    const items = await queryAll(operatorDb(region), ofPartition(membersKey(account, id), MEMBER_PREFIX))
    members.set(id, new Set(items.map(({ sk }) => String(sk).slice(MEMBER_PREFIX.length))))
  }
  return { objects: new Map([...users, ...groups].map((one) => [one.id, one])), members }
}

/** A part of a change that does not stand. */
interface Part {
  what: string
  /** Whether a later change of the same object is about it too. */
  isTouchedBy(later: Acknowledged): boolean
  /** Whether its object is not there. */
  isGone?: true
}

/** What a campaign knows besides the tables. */
export interface Told {
  account: string
  /** All changes of both regions. */
  changes: readonly Acknowledged[]
  /** Ids of events that a report has named. */
  reported: ReadonlySet<string>
}

/**
 * Parts of changes that do not stand in a region, though no later change of the same or a newer epoch took their place and no report
 * names them: attributes and names of users and groups, their creation and deletion, members, and tokens that were shut out.
 */
export async function silentlyLost(region: TestRegion, told: Told, some = told.changes): Promise<string[]> {
  const shown = await show(region, told.account)
  const lost: string[] = []
  for (const change of some.filter(({ event }) => !told.reported.has(event.eventId))) {
    const { event } = change
    const parts = isObject(change) ? partsOf(shown, change) : await closedParts(region, change)
    const later = told.changes.slice(told.changes.indexOf(change) + 1).filter(({ epoch }) => epoch >= change.epoch)
    const silent = parts.filter((part) => !later.some((one) => part.isTouchedBy(one)) && !isTold(told, change, part))
    lost.push(...silent.map(({ what }) => `${event.time} ${event.wrote} ${event.method} ${event.endpoint}: ${what}`))
  }
  return lost
}

const isObject = ({ event: { resourceDomain } }: Acknowledged): boolean =>
  resourceDomain === User.auditWord || resourceDomain === Group.auditWord

/** What follows from a change that is reported is told with it; so is what was done to an object that lost its name and had to go. */
const isTold = ({ changes, reported }: Told, { event }: Acknowledged, { isGone }: Part): boolean =>
  (event.cause !== undefined && reported.has(event.cause)) ||
  (isGone === true &&
    changes.some((one) => one.event.resourceId === event.resourceId && reported.has(one.event.eventId) && namesIt(one)))

const namesIt = ({ attributes, event }: Acknowledged): boolean =>
  event.act !== undefined || attributes.has('userName') || attributes.has('displayName')

function partsOf({ objects, members }: Shown, { event, attributes, members: sides }: Acknowledged): Part[] {
  const id = event.resourceId ?? ''
  const isSame = (later: Acknowledged) => later.event.resourceId === id
  const object = objects.get(id)
  if (event.act === 'deleted')
    return object
      ? [{ what: 'it is there', isTouchedBy: (later) => isSame(later) && later.event.act === 'created' }]
      : []
  const isGone = (later: Acknowledged) => isSame(later) && later.event.act === 'deleted'
  if (!object) return [{ what: 'its object is gone', isTouchedBy: isGone, isGone: true }]
  const held = new Map(changesBetween(undefined, object.attributes).map(({ attribute, after }) => [attribute, after]))
  const wrong = [...attributes].filter(([name, { after }]) => isShown(name, after) && !sameValue(held.get(name), after))
  const there = members.get(id) ?? new Set()
  const moved = [...sides].filter(([userId, { after }]) => there.has(userId) !== (after !== undefined))
  const isGoneUser = (later: Acknowledged, userId: string) =>
    later.event.resourceId === userId && later.event.act === 'deleted'
  return [
    ...wrong.map(([name, { after }]) => ({
      what: `${name} is ${JSON.stringify(held.get(name))}, not ${JSON.stringify(after)}`,
      isTouchedBy: (later: Acknowledged) => isSame(later) && (later.attributes.has(name) || isGone(later)),
    })),
    ...moved.map(([userId, { after }]) => ({
      what: `${userId} is ${after ? 'no' : 'a'} member${after && !objects.has(userId) ? ', since gone' : ''}`,
      isTouchedBy: (later: Acknowledged) =>
        (isSame(later) && (later.members.has(userId) || isGone(later))) || isGoneUser(later, userId),
    })),
  ]
}

/** Whether an event shows a value as it is; owners and secrets are no attributes. */
const isShown = (name: string, after: unknown): boolean =>
  !isSecret(name) && name !== 'owner' && !JSON.stringify(after ?? '').includes(MASKED)

/** Tokens that a change shut out and that are let in still. */
async function closedParts(region: TestRegion, { event, attributes }: Acknowledged): Promise<Part[]> {
  if (event.resourceDomain !== 'TOKEN') return []
  const token = await getToken(operatorDb(region), event.resourceId ?? '')
  const successor = Object(attributes.get('rotatedTo')?.after).tokenId
  const isLetIn = attributes.get('revokedAt')?.after !== undefined && token?.revokedAt === undefined
  const isOld = typeof successor === 'string' && token?.rotatedTo !== successor && token?.revokedAt === undefined
  const never = () => false
  return [
    ...(token ? [] : [{ what: `token ${event.resourceId} is not there`, isTouchedBy: never }]),
    ...(isLetIn ? [{ what: `token ${event.resourceId} is not revoked`, isTouchedBy: never }] : []),
    ...(isOld ? [{ what: `token ${event.resourceId} is not replaced`, isTouchedBy: never }] : []),
  ]
}

/** What is broken in either region, or differs between both. */
export async function faultsOf({ home, other }: TwoRegions, account: string): Promise<string[]> {
  const broken: string[] = []
  for (const region of [home, other]) {
    const violations = await checkAll(operatorDb(region), account)
    broken.push(...violations.map(({ message }) => `${region.name}: ${message}`))
    for (const type of [User, Group]) {
      const names = (await listObjects(region, account, type)).map((one) => foldName(nameOf(one)))
      const twice = names.filter((name, n) => names.indexOf(name) !== n)
      broken.push(...twice.map((name) => `${region.name}: two are called ${name}`))
    }
  }
  return [...broken, ...(await twoWriters(home, account)), ...(await differing(home, other))]
}

/** Epochs in which two regions changed an account. */
async function twoWriters(region: TestRegion, account: string): Promise<string[]> {
  const writers = Map.groupBy(
    (await scanEvents(operatorDb(region), account)).flatMap(({ wrote }) => (wrote?.includes('#') ? [wrote] : [])),
    (wrote) => wrote.split('#')[1] ?? '',
  )
  const regionsOf = (all: readonly string[]) => [...new Set(all)]
  return [...writers].flatMap(([epoch, all]) =>
    regionsOf(all).length > 1 ? [`in epoch ${epoch} wrote ${regionsOf(all).join(' and ')}`] : [],
  )
}

async function differing(home: TestRegion, other: TestRegion): Promise<string[]> {
  const [one, two] = await Promise.all(
    [home, other].map(
      async (region) =>
        new Map((await scanAll(operatorDb(region))).map((item) => [`${item.pk} ${item.sk}`, item] as const)),
    ),
  )
  const keys = new Set([...(one?.keys() ?? []), ...(two?.keys() ?? [])])
  return [...keys].filter((key) => !isDeepStrictEqual(one?.get(key), two?.get(key))).map((key) => `${key} differs`)
}
