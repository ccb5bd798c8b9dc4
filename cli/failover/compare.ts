import { isDeepStrictEqual } from 'node:util'
import { kindOfEvent } from '../../shared/audit/event-kind.ts'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { DAY_MS } from '../../shared/auth/span.ts'
import { RESOURCE_TYPES } from '../../shared/scim/resource-types.ts'
import { batchGet, mapConcurrently } from '../../shared/store/batch.ts'
import type { Db } from '../../shared/store/client.ts'
import { dayOf, parseEventItem } from '../../shared/store/events/item.ts'
import {
  countKey,
  EVENT_SHARDS,
  eventPartition,
  integrationCollectionKey,
  type Key,
  membersKey,
  networkPolicyCollectionKey,
  pendingKey,
  provisionerCollectionKey,
  resourceKey,
  tokenKey,
} from '../../shared/store/keys.ts'
import { ofPartition, queryAll } from '../../shared/store/query-all.ts'

const { User, Group } = RESOURCE_TYPES
/** Partitions that are read at once. */
const PARTITIONS_AT_ONCE = 8

type Item = Record<string, unknown>

/**
 * What of an account differs between two tables of which nobody changes it: changes since an instant, by their events, what
 * they were about, and what there is little of: integrations, policies, roles, counters and unfinished work. As names of items; the first
 * table's are the truth. Events of reads and refusals go on meanwhile, and are not waited for.
 */
export async function differences(from: Db, to: Db, account: string, since: number): Promise<string[]> {
  const [told, arrived] = await Promise.all([from, to].map((db) => changesSince(db, account, since)))
  const ids = new Set(arrived?.map(({ eventId }) => eventId))
  const missing = told?.filter(({ eventId }) => !ids.has(eventId)).map(({ eventId }) => `event ${eventId}`) ?? []
  const { keys, partitions } = touchedBy(account, told ?? [])
  const differing = await mapConcurrently(
    [...smallPartitions(account), ...partitions],
    PARTITIONS_AT_ONCE,
    async (pk) => {
      const [one, other] = await Promise.all([from, to].map((db) => queryAll(db, ofPartition(pk))))
      return isDeepStrictEqual(one, other) ? [] : [pk]
    },
  )
  const [own, theirs] = await Promise.all([from, to].map((db) => batchGet(db, keys)))
  const items = toMap(theirs)
  const behind = keys.map(placeText).filter((key) => !isDeepStrictEqual(toMap(own).get(key), items.get(key)))
  return [...missing, ...differing.flat(), ...behind]
}

const placeText = ({ pk, sk }: Item | Key): string => `${String(pk)} ${String(sk)}`
const toMap = (items: Item[] = []) => new Map(items.map((item) => [placeText(item), item]))

const smallPartitions = (account: string): string[] => [
  integrationCollectionKey(account),
  networkPolicyCollectionKey(account),
  provisionerCollectionKey(account),
  pendingKey(account),
  countKey(account, User),
  countKey(account, Group),
]

/** What events were about: objects and tokens by key, members of groups by partition. */
function touchedBy(account: string, events: readonly RestEvent[]): { keys: Key[]; partitions: string[] } {
  const about = (kind: ReturnType<typeof kindOfEvent>) => [
    ...new Set(events.flatMap((event) => (kindOfEvent(event) === kind && event.resourceId ? [event.resourceId] : []))),
  ]
  const groups = about('role').filter((id) => AN_ID.test(id))
  const keys = [
    ...about('user').map((id) => resourceKey(account, User, id)),
    ...groups.map((id) => resourceKey(account, Group, id)),
    ...about('token').flatMap((id) => (A_TOKEN.test(id) ? [tokenKey(id)] : [])),
  ]
  return { keys, partitions: groups.map((id) => membersKey(account, id)) }
}

const AN_ID = /^[0-9a-f-]{36}$/
const A_TOKEN = /^[0-9A-Za-z]+$/

/** A change was written under an epoch. */
const changesSince = async (db: Db, account: string, since: number): Promise<RestEvent[]> =>
  (await eventsSince(db, account, since)).filter(({ wrote }) => wrote?.includes('#'))

/** The events of an account since an instant, in no order. */
export async function eventsSince(db: Db, account: string, since: number): Promise<RestEvent[]> {
  const from = new Date(since).toISOString()
  const days: string[] = []
  for (let at = since; dayOf(new Date(at).toISOString()) <= dayOf(new Date(db.clock()).toISOString()); at += DAY_MS)
    days.push(dayOf(new Date(at).toISOString()))
  const partitions = days.flatMap((day) =>
    Array.from({ length: EVENT_SHARDS }, (_, shard) => eventPartition(account, day, shard)),
  )
  const found = await mapConcurrently(partitions, PARTITIONS_AT_ONCE, (pk) =>
    queryAll(db, {
      KeyConditionExpression: 'pk = :pk AND sk >= :from',
      ExpressionAttributeValues: { ':pk': pk, ':from': from },
      ConsistentRead: true,
    }),
  )
  return found.flat().flatMap((item) => parseEventItem(account, item)?.event ?? [])
}
