import { createHash } from 'node:crypto'
import type { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Db } from './client.ts'

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]
type Named<T> = Omit<NonNullable<T>, 'TableName'>

/** One action of a transaction; the table's name is filled in when it is sent. */
export type Action =
  | { Put: Named<TransactItem['Put']> }
  | { Update: Named<TransactItem['Update']> }
  | { Delete: Named<TransactItem['Delete']> }
  | { ConditionCheck: Named<TransactItem['ConditionCheck']> }

/** The most actions DynamoDB takes in one transaction. */
export const MAX_ACTIONS = 100
const MAX_CONFLICT_RETRIES = 6

/** A transaction that was refused; `failures[i]` is the old item of action i where its condition failed. */
export class ConditionsFailed extends Error {
  override readonly name = 'ConditionsFailed'
  readonly failures: ReadonlyMap<number, Record<string, unknown>>
  constructor(failures: ReadonlyMap<number, Record<string, unknown>>) {
    super('The conditions of a transaction failed')
    this.failures = failures
  }
}

/** Adds the instruction to report the old item when an action's condition fails. */
const withOldItem = (action: Action, TableName: string): TransactItem =>
  Object.fromEntries(
    Object.entries(action).map(([kind, body]) => [
      kind,
      { TableName, ReturnValuesOnConditionCheckFailure: 'ALL_OLD', ...body },
    ]),
  )

/**
 * Carries out all actions or none. `requestToken` makes a repeated send of the same actions a no-op for ten minutes.
 * Conflicts with other transactions are retried with jitter.
 * @throws {ConditionsFailed} when a condition did not hold.
 */
export async function transact(db: Db, actions: Action[], requestToken: string): Promise<void> {
  checkActions(actions)
  const TransactItems = actions.map((action) => withOldItem(action, db.tableName))
  const ClientRequestToken = createHash('sha256').update(requestToken).digest('hex').slice(0, 36)
  for (let attempt = 0; ; attempt++) {
    try {
      await db.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken }))
      return
    } catch (error) {
      if (!isCancelled(error)) throw error
      const failures = failedConditions(error)
      if (failures.size > 0) throw new ConditionsFailed(failures)
      if (attempt >= MAX_CONFLICT_RETRIES) throw tooContended(error)
      await jitter(attempt)
    }
  }
}

/** Waits a random while, longer with each attempt (full jitter): 10 ms to 640 ms at most. */
export const jitter = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** Math.min(attempt, 6)))

/** Some engines accept what AWS refuses; these limits hold everywhere. */
function checkActions(actions: Action[]): void {
  if (actions.length > MAX_ACTIONS) throw new Error(`A transaction of ${actions.length} actions`)
  const keys = new Set(actions.map((action) => JSON.stringify(keyOf(action))))
  if (keys.size < actions.length) throw new Error('A transaction names one item twice')
}

function keyOf(action: Action): unknown[] {
  const [body] = Object.values(action) as [{ Key?: Record<string, unknown>; Item?: Record<string, unknown> }]
  const { pk, sk } = body.Key ?? body.Item ?? {}
  return [pk, sk]
}

const isCancelled = (error: unknown): error is TransactionCanceledException =>
  error instanceof Error && error.name === 'TransactionCanceledException'

function failedConditions(error: TransactionCanceledException): Map<number, Record<string, unknown>> {
  const reasons = error.CancellationReasons ?? []
  const failed = reasons.flatMap((reason, i) =>
    reason.Code === 'ConditionalCheckFailed' ? [[i, (reason.Item ?? {}) as Record<string, unknown>] as const] : [],
  )
  return new Map(failed)
}

/** Named like DynamoDB's own throttling, so that it is answered 429. */
function tooContended(cause: Error): Error {
  const error = new Error('Too many transactions on the same items', { cause })
  error.name = 'TransactionInProgressException'
  return error
}
