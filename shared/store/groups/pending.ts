import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import { connectionOf } from '../deadline.ts'
import { type EventTable, parseEventItem, toEventItem } from '../events/item.ts'
import { pendingKey, pendingWorkKey } from '../keys.ts'
import { ofPartition, queryAll } from '../query-all.ts'
import type { Action } from '../transaction.ts'
import { updateIf } from '../update-if.ts'

/** Work that a committed change left to do on other items; readers hide what it will remove. */
export interface Pending {
  kind: 'USER' | 'GROUP' | 'CHANGE'
  /** The user or group it is about. */
  id: string
  /** Epoch ms; from then on whoever meets it finishes it. */
  due: number
  /** Of a deleted user or group: the event of its delete, without what that changed. */
  cause?: RestEvent | undefined
}

/**
 * How long a deleted user or group stays marked: longer than the index lags and than a large change may take, so
 * that a membership written meanwhile is found and removed before the mark goes.
 */
export const TOMBSTONE_MS = 120_000
/** Readers of `User.groups` look at the pending work of their account at most this often. */
const FRESH_MS = 5_000

type Work = Pick<Pending, 'kind' | 'id'>
const keyOf = (account: string, { kind, id }: Work) => pendingWorkKey(account, kind, id)

/** Marks pending work in the transaction that causes it. */
export function markPendingAction(table: EventTable, account: string, { due, cause, ...work }: Pending): Action {
  const Item = { ...keyOf(account, work), due, ...(cause && { cause: toCauseItem(table, cause) }) }
  return { Put: { Item } }
}

function toCauseItem(table: EventTable, { changes: _changes, ...event }: RestEvent) {
  return toEventItem(table, event)
}

/** Access pattern P1: all pending work of an account; nearly always none. Strongly consistent; 1 read unit. */
export async function listPending(db: Db, account: string): Promise<Pending[]> {
  const items = await queryAll(db, ofPartition(pendingKey(account)))
  const pending = items.map((item) => toPending(account, item))
  const connection = connectionOf(db)
  seen.set(connection, new Map(seen.get(connection)).set(account, { at: db.clock(), pending }))
  return pending
}

/** As {@link listPending}, but as seen by this process at most five seconds ago: mostly free. */
export async function listPendingLately(db: Db, account: string): Promise<Pending[]> {
  const last = seen.get(connectionOf(db))?.get(account)
  if (last && db.clock() - last.at < FRESH_MS) return last.pending
  return listPending(db, account)
}

/** Forgets what this process saw, after it caused pending work itself. */
export function forgetPending(db: Db, account: string): void {
  seen.get(connectionOf(db))?.delete(account)
}

export const pendingIds = (pending: Pending[], kind: Pending['kind']): Set<string> =>
  new Set(pending.flatMap((work) => (work.kind === kind ? [work.id] : [])))

/** Makes due work the caller's own until `due`, in epoch ms; false when another one was quicker. 1 write unit. */
export function takeOver(db: Db, account: string, work: Pending, due: number): Promise<boolean> {
  return updateIf(db, {
    Key: keyOf(account, work),
    UpdateExpression: 'SET due = :later',
    ConditionExpression: 'due = :due',
    ExpressionAttributeValues: { ':due': work.due, ':later': due },
  })
}

/** Takes the mark of work away that is done; 1 write unit. */
export async function deletePending(db: Db, account: string, work: Work): Promise<void> {
  await db.client.send(new DeleteCommand({ TableName: db.tableName, Key: keyOf(account, work) }))
}

const seen = new WeakMap<object, Map<string, { at: number; pending: Pending[] }>>()

function toPending(account: string, { sk, due, cause }: Record<string, unknown>): Pending {
  const [kind = '', ...id] = String(sk).split('#')
  const work = { kind: kind as Pending['kind'], id: id.join('#'), due: Number(due) }
  return cause === undefined ? work : { ...work, cause: parseEventItem(account, Object(cause))?.event }
}
