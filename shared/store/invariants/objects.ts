import { DAY_MS } from '../../auth/span.ts'
import type { ResourceType } from '../../scim/schema.ts'
import { batchGet, mapConcurrently } from '../batch.ts'
import { claimsOf, lookupKeys } from '../claims.ts'
import type { Db } from '../client.ts'
import { eventKeyAt, eventSortKey } from '../events/item.ts'
import { collectionKey, type Key, ownedKey, resourceKey } from '../keys.ts'
import { queryBehind } from '../query-all.ts'
import { type StoredResource, toResource } from '../resource-item.ts'
import { TABLE } from '../table.ts'
import { checkLeftMemberships } from './left-memberships.ts'
import type { Invariant, Looked, Violation } from './violation.ts'
import { called, violationOf } from './violation-of.ts'

type Item = Record<string, unknown>

/** What a look at some objects found: also whose they are, and how many were changed by hand. */
export interface LookedAtObjects extends Looked {
  owners: string[]
  direct: number
}

const PARALLEL = 8
/** Looks at an object that changes meanwhile; one that goes on changing is no finding. */
const ATTEMPTS = 3

/**
 * Access pattern V1: objects in the order of ids, with what each must have beside itself: its names, what it is looked up
 * by, its place in the owner's index, and the event of its last change while that is kept; and of users their roles. 2 read units for each name,
 * lookup and event, and 1 for each object; what looks wrong is read again, so that no change in between is taken for it.
 */
export async function checkObjects(
  db: Db,
  account: string,
  type: ResourceType,
  range: { after?: string | undefined; limit: number },
): Promise<LookedAtObjects> {
  const { items, reached } = await queryBehind(db, collectionKey(account, type), range)
  const held = await findBeside(db, account, type, items)
  const suspects = items.filter((item) => faultsOf(db, account, type, item, held).length > 0)
  const found = await mapConcurrently(suspects, PARALLEL, (item) => confirm(db, account, type, String(item.sk)))
  const direct = items.filter((item) => Object.keys(item.direct ?? {}).length > 0).length
  const left = type.name === 'User' ? await checkLeftMemberships(db, account, items.map(idOf)) : []
  const owners = items.flatMap(({ owner }) => (typeof owner === 'string' ? [owner] : []))
  return { violations: [...found.flat(), ...left], checked: items.length, reached, owners, direct }
}

const idOf = ({ sk }: Item): string => String(sk)

/** Faults of an object that was the same before and after what is beside it was read. */
async function confirm(db: Db, account: string, type: ResourceType, id: string): Promise<Violation[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [before] = await batchGet(db, [resourceKey(account, type, id)])
    if (!before) return []
    const held = await findBeside(db, account, type, [before])
    const [after] = await batchGet(db, [resourceKey(account, type, id)])
    if (after?.eventId === before.eventId && after?.version === before.version)
      return faultsOf(db, account, type, before, held)
  }
  return []
}

/** Items by key: those that must stand beside some objects, as far as they do. */
async function findBeside(
  db: Db,
  account: string,
  type: ResourceType,
  items: Item[],
): Promise<ReadonlyMap<string, Item>> {
  const resources = items.flatMap((item) => parse(type, item) ?? [])
  const wanted = resources.flatMap((resource) => besides(db, account, resource))
  // Where two objects have one name it is asked for once.
  const all = [...new Map(wanted.map((one) => [keyText(one.key), one])).values()]
  // IAM holds each statement against all keys of a batch, and none allows both.
  const [events, rest] = [true, false].map((isEvent) => all.filter((one) => (one.isEvent ?? false) === isEvent))
  const found = await Promise.all(
    [events, rest].map((some = []) =>
      batchGet(
        db,
        some.map(({ key }) => key),
      ),
    ),
  )
  return new Map(found.flat().map((item) => [keyText(item), item]))
}

const keyText = ({ pk, sk }: { pk?: unknown; sk?: unknown }): string => `${String(pk)} ${String(sk)}`

function parse(type: ResourceType, item: Item): StoredResource | undefined {
  try {
    return toResource(type, item)
  } catch {
    return undefined
  }
}

/** An item that must stand beside an object, and what is wrong where it does not. */
interface Beside {
  invariant: Invariant
  key: Key
  missing: string
  /** Whether it must name the object and its owner. */
  isClaim?: boolean
  isEvent?: boolean
}

function besides(db: Db, account: string, resource: StoredResource): Beside[] {
  const { lastModified, eventId } = resource
  const claims = [...claimsOf(account, resource)].map(([, key]): Beside => {
    return { invariant: 'name', key, missing: `its name ${JSON.stringify(key.sk)} is not kept for it`, isClaim: true }
  })
  const lookups = [...lookupKeys(account, resource).values()].map((key): Beside => {
    const [attribute] = key.pk.split('#').slice(4)
    return { invariant: 'lookup', key, missing: `it cannot be found by its ${attribute}` }
  })
  const event = isKept(db, lastModified) ? eventKeyAt(account, eventSortKey(lastModified, eventId)) : undefined
  const missing = `its last change, at ${lastModified}, has no event`
  const last: Beside[] = event ? [{ invariant: 'event', key: event, missing, isEvent: true }] : []
  return [...claims, ...lookups, ...last]
}

/** Whether an event of that time cannot have been deleted; events are written for their day and deleted late. */
const isKept = ({ clock, eventRetentionDays }: Db, time: string): boolean =>
  Date.parse(time) > clock() - (eventRetentionDays - 1) * DAY_MS

function faultsOf(
  db: Db,
  account: string,
  type: ResourceType,
  item: Item,
  held: ReadonlyMap<string, Item>,
): Violation[] {
  const resource = parse(type, item)
  if (!resource) {
    const message = `The item ${String(item.sk)} among ${type.endpoint.slice(1)} lacks what every ${type.name} has`
    return [{ invariant: 'object', type: type.auditWord, id: String(item.sk), message }]
  }
  const said = (invariant: Invariant, what: string) => violationOf(invariant, resource, `${called(resource)}: ${what}`)
  const wrong = besides(db, account, resource).flatMap((beside) => {
    const what = faultOf(resource, beside, held)
    return what === undefined ? [] : [said(beside.invariant, what)]
  })
  const { partitionKey, sortKey } = TABLE.index
  const isIndexed = item[partitionKey] === ownedKey(account, resource.owner, type) && item[sortKey] === resource.id
  return isIndexed ? wrong : [...wrong, said('owner', `the index does not know that it belongs to ${resource.owner}`)]
}

function faultOf(
  { id, owner }: StoredResource,
  { key, missing, isClaim }: Beside,
  held: ReadonlyMap<string, Item>,
): string | undefined {
  const found = held.get(keyText(key))
  if (!found) return missing
  if (!isClaim) return undefined
  if (found.id !== id) return `its name ${JSON.stringify(key.sk)} is kept for ${String(found.id ?? found.role)}`
  return found.owner === owner
    ? undefined
    : `it belongs to ${owner}, and its name ${JSON.stringify(key.sk)} to ${String(found.owner)}`
}
