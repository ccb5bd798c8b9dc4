import type { RestEvent } from '../audit/rest-event.ts'
import type { Db } from './client.ts'
import { putEventAction } from './events/write.ts'
import { noticeKey, noticesKey } from './keys.ts'
import { ofPartition, queryAll } from './query-all.ts'
import { TABLE } from './table.ts'
import { failuresOf } from './transaction.ts'

/** What the service noticed, and has to tell once. */
export interface Notice {
  account: string
  /** The thing it is about: `integration-silent#OKTA`. */
  subject: string
  /** What is told of it; the same is told once, another thing again. */
  tells: string
  /** Epoch milliseconds, from when on nobody will tell it again; without it, it is remembered until something else is told. */
  until?: number
}

/** Access pattern N1: what was told last of each thing in an account; 1 read unit for some 40. */
export async function getTold(db: Db, account: string): Promise<ReadonlyMap<string, string>> {
  const items = await queryAll(db, ofPartition(noticesKey(account)))
  return new Map(items.map(({ sk, tells }) => [String(sk), String(tells)]))
}

/**
 * Access pattern N2: tells a notice by its event, unless it was told before, whoever else is at it; without an event it
 * is only remembered. 1 round trip.
 */
export async function putNotice(db: Db, notice: Notice, event?: RestEvent): Promise<void> {
  const { account, subject, tells, until } = notice
  const ttl = until !== undefined && { [TABLE.timeToLiveAttribute]: Math.ceil(until / 1000) }
  const actions = {
    told: {
      Put: {
        Item: { ...noticeKey(account, subject), tells, ...ttl },
        ConditionExpression: 'attribute_not_exists(pk) OR tells <> :tells',
        ExpressionAttributeValues: { ':tells': tells },
      },
    },
    ...(event && { event: putEventAction(db, event) }),
  }
  await failuresOf({ ...db, role: 'witness' }, actions)
}
