import type { RestEvent } from '../../audit/rest-event.ts'
import { endOfHour, hourOf } from '../../auth/brake.ts'
import type { Db } from '../client.ts'
import { putEventAction } from '../events/write.ts'
import { brakeKey, type Key } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import { TABLE } from '../table.ts'
import { type Action, type Actions, failuresOf } from '../transaction.ts'
import { BRAKE_SHARDS, type Move, type Place } from './shards.ts'

/** An integration's counts of the hour of an instant. */
export interface BrakeHour {
  account: string
  integration: string
  at: Date
}

/** What is counted in an hour. */
export interface Counted {
  /** Shard by shard; below zero where others have taken over more than was counted there. */
  counts: readonly number[]
  /** How often each shard took part in a move: where none has, no count can have fallen while all were read. */
  moved: readonly number[]
  /** What the role owned when the hour's count passed the absolute limit. */
  owned?: number
  /** What administrators have been told of, as {@link putNotice} was given it. */
  told: readonly string[]
}

/** What begins the name of a mark that administrators have been told. */
const TOLD = 'told:'

/** Kept for a day beyond the hour, for who looks into it. */
const KEPT_MS = 86_400_000

/** Access pattern B1: what is counted in an hour. One consistent Query, 1 read unit. */
export async function getCounted(db: Db, hour: BrakeHour): Promise<Counted> {
  const { pk, sk } = hourKey(hour)
  const items = await queryAll(db, ofPartition(pk, sk))
  const byKey = new Map(items.map((item) => [item[TABLE.sortKey], item]))
  const numbers = (name: string) =>
    Array.from({ length: BRAKE_SHARDS }, (_, shard) => Number(byKey.get(shardKey(hour, shard).sk)?.[name] ?? 0))
  const own = byKey.get(sk) ?? {}
  const { owned } = own
  return {
    ...{ counts: numbers('count'), moved: numbers('moved') },
    ...(owned !== undefined && { owned: Number(owned) }),
    told: Object.keys(own).flatMap((name) => (name.startsWith(TOLD) ? [name.slice(TOLD.length)] : [])),
  }
}

/** The name of the action in a change's transaction: where it fails, others have filled the shard meanwhile. */
export const COUNT = 'brake'

/** What a change counts, and where: joins the transaction of the change. */
export interface Count {
  hour: BrakeHour
  place: Place
  weight: number
}

/** Counts a change in the transaction that makes it. 2 write units. */
export const countActions = ({ hour, place: { shard, cap }, weight }: Count): Actions => ({
  [COUNT]: addAction(hour, shard, { count: weight }, cap),
})

/**
 * Access pattern B2: shards take over parts of a target's count, so that there is room in one; the sum stays the same.
 * Who is killed behind it has lost nothing. False where others have counted there meanwhile. 2 write units for each shard.
 */
export async function moveCounts(db: Db, hour: BrakeHour, target: number, moves: readonly Move[]): Promise<boolean> {
  const taken = moves.reduce((sum, { amount }) => sum + amount, 0)
  const actions = {
    target: addAction(hour, target, { count: -taken, moved: 1 }),
    ...Object.fromEntries(
      moves.map(({ shard, cap, amount }) => [`to:${shard}`, addAction(hour, shard, { count: amount, moved: 1 }, cap)]),
    ),
  }
  return (await failuresOf(db, actions)) === undefined
}

/** Access pattern B3: keeps for the rest of the hour what the role owns, unless another has done so. 2 write units. */
export async function keepOwned(db: Db, hour: BrakeHour, owned: number): Promise<void> {
  const Item = { ...hourKey(hour), owned, [TABLE.timeToLiveAttribute]: ttlOf(hour) }
  await failuresOf(db, { owned: { Put: { Item, ConditionExpression: `attribute_not_exists(${TABLE.partitionKey})` } } })
}

/**
 * Access pattern B4: tells administrators `what`, a mode with its limit, once in the hour; only once what the role owns is
 * kept. 6 write units.
 */
export async function putNotice(db: Db, hour: BrakeHour, what: string, event: RestEvent): Promise<void> {
  const told: Action = {
    Update: {
      Key: hourKey(hour),
      UpdateExpression: 'SET #told = :eventId',
      ConditionExpression: `attribute_exists(${TABLE.partitionKey}) AND attribute_not_exists(#told)`,
      ExpressionAttributeNames: { '#told': `${TOLD}${what}` },
      ExpressionAttributeValues: { ':eventId': event.eventId },
    },
  }
  await failuresOf(db, { told, event: putEventAction(db, event) })
}

/** Adds to numbers of a shard; the count may not pass `cap`, where one is given. */
function addAction(hour: BrakeHour, shard: number, added: { count: number; moved?: number }, cap?: number): Action {
  const names = Object.keys(added)
  const limited = cap !== undefined && Number.isFinite(cap)
  return {
    Update: {
      Key: shardKey(hour, shard),
      UpdateExpression: `SET #ttl = :ttl ADD ${names.map((name) => `#${name} :${name}`).join(', ')}`,
      ...(limited && { ConditionExpression: 'attribute_not_exists(#count) OR #count <= :most' }),
      ExpressionAttributeNames: {
        '#ttl': TABLE.timeToLiveAttribute,
        ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ':ttl': ttlOf(hour),
        ...Object.fromEntries(Object.entries(added).map(([name, value]) => [`:${name}`, value])),
        ...(limited && { ':most': cap - added.count }),
      },
    },
  }
}

const hourKey = ({ account, integration, at }: BrakeHour): Key => ({
  pk: brakeKey(account, integration),
  sk: hourOf(at),
})
const shardKey = (hour: BrakeHour, shard: number): Key => {
  const { pk, sk } = hourKey(hour)
  return { pk, sk: `${sk}#${String(shard).padStart(2, '0')}` }
}

const ttlOf = ({ at }: BrakeHour): number => Math.ceil((endOfHour(at) + KEPT_MS) / 1000)
