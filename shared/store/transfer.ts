import type { RestEvent } from '../audit/rest-event.ts'
import { passNameActions } from './claims.ts'
import type { Db } from './client.ts'
import { passCountAction } from './counters.ts'
import { putEventAction } from './events/write.ts'
import { putMovedAction } from './moved.ts'
import { nextTurn, passResourceAction, type StoredResource } from './resource-item.ts'
import { LostRace } from './resource-writes.ts'
import { ConditionsFailed, transact } from './transaction.ts'

/**
 * Access pattern W6: hands a resource to another owner, with its claim, both counts and its REST event, all or
 * nothing.
 * It goes by the owner and not by the version: changes of others neither stop it nor are lost, and one that was read
 * before it fails. A group whose changes are queued keeps its queue.
 * @throws {LostRace} when `before` has another owner or name by now, or is gone.
 */
export async function transferResource(
  db: Db,
  account: string,
  before: StoredResource,
  owner: string,
  event: RestEvent,
): Promise<void> {
  const at = db.clock()
  const toActions = () => {
    const told = { ...event, turn: nextTurn(db.clock(), before) }
    return {
      resource: passResourceAction(account, before, owner, told),
      ...passNameActions(account, before, owner, event.eventId),
      count: passCountAction(account, before.type, before.owner, owner, at),
      moved: putMovedAction(account, before.type, owner, before.id, at),
      event: putEventAction(db, told),
    }
  }
  try {
    await transact(db, toActions, `${event.eventId}:${before.owner}:${before.version}`)
  } catch (error) {
    throw error instanceof ConditionsFailed ? new LostRace('', { cause: error }) : error
  }
}
