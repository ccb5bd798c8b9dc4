import { randomUUID } from 'node:crypto'
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import { mapConcurrently } from '../batch.ts'
import type { Db } from '../client.ts'
import { jitter } from '../jitter.ts'
import { fenceGateKey, fenceKey, type Key } from '../keys.ts'
import { type Action, ConditionsFailed, transact } from '../transaction.ts'
import { type Fence, GATES } from './fence.ts'

/** A change that is just being made goes by a gate for some milliseconds. */
const GATE_RETRIES = 60

export interface PutFence {
  /** The epoch of the newest fence that was read before: over a newer one it is not put. By default any older one will do. */
  over?: number
  /** Has to hold where the fence is put, asked at each attempt: that whoever puts it still has the lock. */
  holds?(): Action
}

/**
 * Puts a fence, only over an older one: all of it at once where no change is just being made, and else the row that is read first, which
 * is what two who put fences at once would conflict in, and then each of those that changes meet. When it returns, nothing commits in this
 * region any more that it does not let through. Can be done again. 132 write units.
 * @throws {ConditionsFailed} where a newer fence stands, or what has to hold does not.
 */
export async function putFence(db: Db, account: string, fence: Fence, options: PutFence = {}): Promise<void> {
  const { over = fence.epoch - 1, holds } = options
  const first = () => ({ fence: put(fenceKey(account), fence, over), ...(holds && { lock: holds() }) })
  const gates = Array.from({ length: GATES }, (_, gate) => put(fenceGateKey(account, gate), fence, fence.epoch - 1))
  if (await isPutAtOnce(db, [...Object.values(first()), ...gates])) return
  // A fence is no change of the account: it goes through no gate.
  const { region: _, ...table } = db
  await transact(table, first, randomUUID())
  await mapConcurrently(gates, GATES, (gate) => putGate(db, gate))
}

/** Not where a change goes by one of them just now: of more than a few changes at once there would always be one. */
async function isPutAtOnce({ client, tableName: TableName }: Db, actions: Action[]): Promise<boolean> {
  const TransactItems = actions.map((action) =>
    Object.fromEntries(Object.entries(action).map(([kind, body]) => [kind, { TableName, ...body }])),
  )
  try {
    await client.send(new TransactWriteCommand({ TransactItems }))
    return true
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error
    // What stands there is told by the other way.
    return false
  }
}

async function putGate({ client, tableName }: Db, { Put }: ReturnType<typeof put>): Promise<void> {
  for (let attempt = 0; ; attempt++)
    try {
      return void (await client.send(new PutCommand({ TableName: tableName, ...Put })))
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw new ConditionsFailed(new Map([['fence', undefined]]))
      const isMet = error instanceof Error && error.name === 'TransactionConflictException'
      if (!isMet || attempt >= GATE_RETRIES) throw error
      await jitter(attempt)
    }
}

/** Over an older one, or over itself. */
function put(key: Key, fence: Fence, over: number) {
  const { epoch, primary, draining, to } = fence
  const named = Object.entries({ primary, draining, to })
  const same = named.map(([name, region]) =>
    region === undefined ? `attribute_not_exists(#${name})` : `#${name} = :${name}`,
  )
  const regions = named.flatMap(([name, region]) => (region === undefined ? [] : [[`:${name}`, region]]))
  return {
    Put: {
      Item: { ...key, ...fence },
      ConditionExpression: `attribute_not_exists(pk) OR epoch <= :over OR (epoch = :epoch AND ${same.join(' AND ')})`,
      ExpressionAttributeNames: Object.fromEntries(named.map(([name]) => [`#${name}`, name])),
      ExpressionAttributeValues: { ':over': over, ':epoch': epoch, ...Object.fromEntries(regions) },
    },
  }
}
