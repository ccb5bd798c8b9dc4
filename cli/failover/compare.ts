import { isDeepStrictEqual } from 'node:util'
import type { RestEvent } from '../../shared/audit/rest-event.ts'
import { DAY_MS } from '../../shared/auth/span.ts'
import { batchGet, mapConcurrently } from '../../shared/store/batch.ts'
import type { Db } from '../../shared/store/client.ts'
import { dayOf, parseEventItem } from '../../shared/store/events/item.ts'
import { EVENT_SHARDS, eventPartition, fenceKey, type Key } from '../../shared/store/keys.ts'
import { ofPartition, queryAll } from '../../shared/store/query-all.ts'
import { touchedBy } from './touched.ts'

/** Partitions that are read at once. */
const PARTITIONS_AT_ONCE = 8

type Item = Record<string, unknown>

/**
 * What of an account differs between two tables of which nobody changes it: changes since an instant, by their events, all that
 * they wrote besides ([touched.ts](./touched.ts)), and what there is little of. As names of items; the first
 * table's are the truth. Events of reads and refusals, and of uses of tokens, go on meanwhile, and are not waited for.
 */
export async function differences(from: Db, to: Db, account: string, since: number): Promise<string[]> {
  const [told, arrived] = await Promise.all([from, to].map((db) => changesSince(db, account, since)))
  const ids = new Set(arrived?.map(({ eventId }) => eventId))
  const missing = told?.filter(({ eventId }) => !ids.has(eventId)).map(({ eventId }) => `event ${eventId}`) ?? []
  const { keys, partitions } = await touchedBy(from, account, told ?? [])
  // The fence is put in each region at its time.
  const isCompared = ({ sk }: Item) => sk !== fenceKey(account).sk
  const differing = await mapConcurrently(partitions, PARTITIONS_AT_ONCE, async (pk) => {
    const [one, other] = await Promise.all([from, to].map((db) => queryAll(db, ofPartition(pk))))
    return isDeepStrictEqual(one?.filter(isCompared), other?.filter(isCompared)) ? [] : [pk]
  })
  const [own, theirs] = await Promise.all([from, to].map(async (db) => toMap(await batchGet(db, keys))))
  const behind = keys.map(placeText).filter((key) => !isDeepStrictEqual(own?.get(key), theirs?.get(key)))
  return [...missing, ...differing.flat(), ...behind]
}

const placeText = ({ pk, sk }: Item | Key): string => `${String(pk)} ${String(sk)}`
const toMap = (items: Item[]) => new Map(items.map((item) => [placeText(item), item]))

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
