import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { RestEvent } from '../../audit/rest-event.ts'
import type { Db } from '../client.ts'
import type { Action } from '../transaction.ts'
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
 * resource. An event that is there already is ours: the SDK repeats a put whose answer was lost.
 */
export async function putEvent(db: Db, event: RestEvent): Promise<void> {
  try {
    await db.client.send(new PutCommand(toEventWrite(db, event)))
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error
  }
}
