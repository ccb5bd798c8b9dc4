import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { EVENT_FIELDS, type RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import { type Action, SHOW_MET } from '../transaction.ts'
import { type EventTable, toEventWrite } from './item.ts'

/**
 * Access pattern E1: the event of a change, to be stored in the change's own transaction. At most 1 KB as a rule:
 * 2 write units, 4 when indexed by its resource.
 */
export function putEventAction(table: EventTable, event: RestEvent): Action {
  const { Item, ConditionExpression } = toEventWrite(table, event)
  return { Put: { Item, ConditionExpression } }
}

/**
 * Access pattern E2: stores the event of a request that changed nothing; 1 write unit, 2 when indexed by its
 * resource. Answers the status under which the event stands: another than its own means that a change whose answer was
 * lost has stored it. Where it is its own, such a change can no longer be made, since no second event has the same id;
 * and one that the SDK repeats meets itself.
 */
export async function putEvent(db: Db, event: RestEvent): Promise<number> {
  try {
    await db.client.send(new PutCommand({ ...toEventWrite(db, event), ...SHOW_MET }))
    return event.status
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error
    return Number(error.Item?.[EVENT_FIELDS.status.kept]?.N ?? event.status)
  }
}
