import type { RestEvent } from '../audit/rest-event.ts'
import { exchangeNameActions, moveLookupActions } from './claims.ts'
import type { Db } from './client.ts'
import { recordActions } from './events/kept.ts'
import { orderOf, putVersionAction, type StoredResource } from './resource-item.ts'
import { LostRace } from './resource-writes.ts'
import { type Actions, ConditionsFailed, transact } from './transaction.ts'

/** A resource's next version and its event. */
export interface VersionOf {
  before: StoredResource
  after: StoredResource
  event: RestEvent
}

/**
 * Access pattern W7: stores the next versions of several resources of one type at once, each with its REST event, where
 * one takes the name that another gives up: all or nothing.
 * @throws {LostRace} when one is no longer what was read, or a name is another's by now.
 */
export async function putVersions(db: Db, account: string, writes: readonly VersionOf[]): Promise<void> {
  const [first] = writes
  if (!first) return
  const own = writes.map((write, n) => named(n, versionActions(db, account, write)))
  const actions = Object.assign({}, ...own, exchangeNameActions(account, writes)) as Actions
  try {
    await transact(db, actions, writes.map(({ event }) => event.eventId).join(':'))
  } catch (error) {
    throw error instanceof ConditionsFailed ? new LostRace('', { cause: error }) : error
  }
}

const versionActions = (db: Db, account: string, { before, after, event }: VersionOf): Actions => ({
  resource: putVersionAction(account, before, after),
  ...recordActions(db, { ...event, ...orderOf(after) }),
  ...moveLookupActions(account, before, after),
})

/** The first event keeps its name, by which a transaction that is sent again knows itself. */
const named = (n: number, actions: Actions): Actions =>
  n === 0 ? actions : Object.fromEntries(Object.entries(actions).map(([name, action]) => [`${n}:${name}`, action]))
