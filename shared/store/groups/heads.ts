import { GetCommand } from '@aws-sdk/lib-dynamodb'
import type { Db } from '../client.ts'
import type { Cause } from '../events/grant.ts'
import { type Key, pendingKey, pendingWorkKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import type { Action } from '../transaction.ts'

/** What a queue head stands for: a group with work left, or a user who is deleted and still a member somewhere. */
export interface Work {
  account: string
  kind: 'GROUP' | 'USER'
  id: string
}

/** The event of a change, of the same account. */
export type EventRef = Pick<Cause, 'time' | 'eventId'>

interface Lane extends Work {
  /**
   * Counts the slices that were begun, from the time the head was made, so that one made anew never counts the same
   * again: what a slice writes holds only while it is the last.
   */
  epoch: number
  /** Epoch ms until which a worker has it. */
  lease: number
}

/** Commits of a group that are not yet applied, or what a deleted group left. */
export interface GroupHead extends Lane {
  kind: 'GROUP'
  /** Version of the last commit with work left. */
  committed: number
  /** Open intents, without those of deleted users who leave. */
  queued: number
  /** Epoch ms of the oldest open intent's commit. */
  openSince: number
  /** The delete's event, where the group is deleted. */
  deleted?: EventRef
}

/** The tombstone of a user: readers of members hide it. */
export interface UserHead extends Lane {
  kind: 'USER'
  /** The delete's event. */
  cause: EventRef
  /** Epoch ms. */
  deletedAt: number
  /** Epoch ms from which on there is something to do. */
  due: number
}

export type Head = GroupHead | UserHead

/** Open intents a group may have: what comes after is refused until some are applied. */
export const MAX_QUEUED = 100

export const headKey = ({ account, kind, id }: Work): Key => pendingWorkKey(account, kind, id)
const groupOf = (account: string, id: string): Work => ({ account, kind: 'GROUP', id })

/** Of a commit with intents: what it adds to the queue of its group. */
export interface Queued {
  version: number
  intents: number
  /** Epoch ms of the commit. */
  at: number
}

/** Where there is room in a queue: while fewer than {@link MAX_QUEUED} intents are open, always, or while it is unused. */
export type Room = 'bounded' | 'unbounded' | 'unused'
const CONDITIONS: Record<Room, string | undefined> = {
  bounded: 'attribute_not_exists(queued) OR queued < :most',
  unbounded: undefined,
  unused: 'attribute_not_exists(pk)',
}

/** Queues a commit of a group, where there is room. */
export function queueAction(account: string, groupId: string, { version, intents, at }: Queued, room: Room): Action {
  const ConditionExpression = CONDITIONS[room]
  return {
    Update: {
      Key: headKey(groupOf(account, groupId)),
      UpdateExpression: `SET committed = :version, ${RING}, ${BEGIN} ADD queued :intents`,
      ...(ConditionExpression && { ConditionExpression }),
      ExpressionAttributeValues: {
        ...{ ':version': version, ':at': at, ':zero': 0, ':intents': intents, ':writer': REQUEST },
        ...(room === 'bounded' && { ':most': MAX_QUEUED }),
      },
    },
  }
}

/**
 * Who wrote a head last. The stream is filtered by it: what a request writes is a doorbell; what the worker writes must
 * be none, since nothing ends a loop through a stream (infra/unfinished-work.ts).
 */
const REQUEST = 'request'
export const WORKER = 'worker'
const RING = 'writer = :writer'

const BEGIN =
  'openSince = if_not_exists(openSince, :at), epoch = if_not_exists(epoch, :at), lease = if_not_exists(lease, :zero)'

/** Leaves what a deleted group had to the worker, behind the commits that are open. */
export function leaveGroupAction(
  account: string,
  groupId: string,
  version: number,
  cause: EventRef,
  at: number,
): Action {
  return {
    Update: {
      Key: headKey(groupOf(account, groupId)),
      UpdateExpression: `SET deleted = :cause, committed = :version, ${RING}, ${BEGIN} ADD queued :zero`,
      ExpressionAttributeValues: {
        ...{ ':version': version, ':cause': toRef(cause), ':at': at, ':zero': 0, ':writer': REQUEST },
      },
    },
  }
}

/** Marks a user as deleted, until it is nobody's member. */
export function tombstoneAction(account: string, userId: string, cause: EventRef, at: number): Action {
  const lane = { epoch: at, lease: 0, cause: toRef(cause), deletedAt: at, due: at, writer: REQUEST }
  return { Put: { Item: { ...headKey({ account, kind: 'USER', id: userId }), ...lane } } }
}

/**
 * Holds while nothing is left of an object that was deleted: what is made again under its id before would be hidden by
 * its tombstone, or taken away by what sweeps it.
 */
export const checkSettledAction = (work: Work): Action => ({
  ConditionCheck: { Key: headKey(work), ConditionExpression: 'attribute_not_exists(pk)' },
})

const toRef = ({ time, eventId }: EventRef): EventRef => ({ time, eventId })

/**
 * Access pattern P1: the heads of an account's queues, or those of one kind; nearly always none. Strongly consistent;
 * 1 read unit for some 20.
 */
export async function listHeads(db: Db, account: string, kind?: Work['kind']): Promise<Head[]> {
  const items = await queryAll(db, ofPartition(pendingKey(account), kind && `${kind}#`))
  return items.map((item) => toHead(account, item)).filter((head) => head !== undefined)
}

/** Access pattern P2: one head. Strongly consistent; 1 read unit. */
export async function getHead(db: Db, work: Work): Promise<Head | undefined> {
  const get = new GetCommand({ TableName: db.tableName, Key: headKey(work), ConsistentRead: true })
  const { Item } = await db.client.send(get)
  return Item && requireHead(work, Item)
}

/** Reads a head back. @throws {Error} where the item is not one as we write them. */
export function requireHead(work: Work, item: Record<string, unknown> = {}): Head {
  const head = toHead(work.account, item)
  if (head) return head
  throw new Error(`The head of ${work.kind} ${work.id} is not one of ours`)
}

const PARTITION = /^A#([^#]+)#PENDING$/
const SORT = /^(GROUP|USER)#(.+)$/s

/** The work that the key of an item stands for; none where the item is no head. */
export function toWork(pk: unknown, sk: unknown): Work | undefined {
  const [, account] = PARTITION.exec(String(pk)) ?? []
  const [, kind, id] = SORT.exec(String(sk)) ?? []
  return account && id ? { account, kind: kind as Work['kind'], id } : undefined
}

/** Reads a head back; none where the item is not one as we write them. */
export function toHead(account: string, { pk, sk, ...item }: Record<string, unknown>): Head | undefined {
  const work = toWork(pk, sk)
  if (work?.account !== account || !isCount(item.epoch) || !isCount(item.lease)) return undefined
  const { cause, deletedAt, due, committed, queued, openSince, deleted } = item
  const lane = { ...work, epoch: item.epoch, lease: item.lease }
  if (lane.kind === 'USER') {
    const isWhole = isRef(cause) && isCount(deletedAt) && isCount(due)
    return isWhole ? { ...lane, kind: 'USER', cause, deletedAt, due } : undefined
  }
  if (!isCount(committed) || !isCount(openSince)) return undefined
  return { ...lane, kind: 'GROUP', committed, openSince, queued: Number(queued), ...(isRef(deleted) && { deleted }) }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value)
const isRef = (value: unknown): value is EventRef =>
  typeof value === 'object' && value !== null && 'time' in value && 'eventId' in value
